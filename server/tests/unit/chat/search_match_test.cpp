#include "chat/search_match.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::optional<std::vector<TextRange>> match(std::string_view query_text, std::string_view text) {
  const auto query = parse_search_query(query_text, Limits{});
  EXPECT_TRUE(query.has_value()) << query_text;
  return SearchMatcher(*query).match(text);
}

TEST(SearchMatch, ranges_cover_whole_words) {
  EXPECT_THAT(*match("mee", "A meeting, and more Meetings."), ElementsAre(TextRange{2, 9}, TextRange{20, 28}));
  EXPECT_EQ(match("eet", "A meeting"), std::nullopt);
  EXPECT_EQ(match("meeting agenda", "A meeting"), std::nullopt);
}

TEST(SearchMatch, quoted_words_are_exact_and_side_by_side) {
  EXPECT_TRUE(match("\"big world\"", "a Big, world!").has_value());
  EXPECT_EQ(match("\"big world\"", "a big old world"), std::nullopt);
  EXPECT_EQ(match("\"big wor\"", "a big world"), std::nullopt);
  EXPECT_TRUE(match("big-wor", "a big world").has_value());
  EXPECT_EQ(match("\"world big\"", "a big world"), std::nullopt);
}

TEST(SearchMatch, excluded_words_refuse) {
  EXPECT_TRUE(match("cat -dog", "a cat").has_value());
  EXPECT_EQ(match("cat -dog", "a cat and dogs"), std::nullopt);
  EXPECT_TRUE(match("cat -\"dog\"", "a cat and dogs").has_value());
}

TEST(SearchMatch, ranges_are_in_utf16_units) {
  EXPECT_THAT(*match("cat", "😀é cat"), ElementsAre(TextRange{4, 7}));
  EXPECT_THAT(*match("👍", "ok 👍🏽!"), ElementsAre(TextRange{3, 7}));
  EXPECT_THAT(*match("京天", "在北京天安门"), ElementsAre(TextRange{2, 4}));
  EXPECT_THAT(*match("strasse", "Die Straße."), ElementsAre(TextRange{4, 10}));
}

TEST(SearchMatch, ranges_are_ordered_and_do_not_overlap) {
  EXPECT_THAT(*match("b a", "a b a"), ElementsAre(TextRange{0, 1}, TextRange{2, 3}, TextRange{4, 5}));
  EXPECT_THAT(*match("哈哈", "哈哈哈"), ElementsAre(TextRange{0, 3}));
  EXPECT_THAT(*match("one \"one two\" two", "one two"), ElementsAre(TextRange{0, 7}));
}

TEST(SearchMatch, runs_need_their_order_and_their_neighbours) {
  EXPECT_TRUE(match("北京天安", "我爱北京天安门").has_value());
  EXPECT_EQ(match("北京安门", "我爱北京天安门"), std::nullopt);
  EXPECT_EQ(match("北京", "北 京"), std::nullopt);
  EXPECT_TRUE(match("\"北 京\"", "北 京").has_value());
  EXPECT_TRUE(match("门", "我爱北京天安门").has_value());
}

TEST(SearchMatch, a_mark_is_not_parted_from_its_letter) {
  EXPECT_THAT(*match("สวัสด", "สวัสดี"), ElementsAre(TextRange{0, 6}));
}

TEST(SearchMatch, a_query_without_words_matches_without_ranges) {
  EXPECT_THAT(*match("has:link", "anything"), IsEmpty());
}

TEST(SearchMatch, index_terms_are_what_every_match_has) {
  const auto precise = [](std::string_view text) { return index_terms(*parse_search_query(text, Limits{})).precise; };
  using store::SearchTerm;
  EXPECT_THAT(precise("hello \"big world\""),
              ElementsAre(SearchTerm{"hello", true}, SearchTerm{"big", false}, SearchTerm{"world", false}));
  EXPECT_THAT(precise("北京天"), ElementsAre(SearchTerm{"北京", false}, SearchTerm{"京天", false}));
  EXPECT_THAT(precise("天"), ElementsAre(SearchTerm{"天", true}));
  EXPECT_THAT(precise("x x"), ElementsAre(SearchTerm{"x", true}));
  EXPECT_THAT(precise("hi -there"), ElementsAre(SearchTerm{"hi", true}));
}

TEST(SearchMatch, quick_terms_have_beginnings_of_the_ready_length) {
  const auto quick = [](std::string_view text) { return index_terms(*parse_search_query(text, Limits{})).quick; };
  using store::SearchTerm;
  EXPECT_THAT(quick("meeting the at a \"exactly\" übung"),
              ElementsAre(SearchTerm{"mee", true}, SearchTerm{"the", true}, SearchTerm{"exactly", false},
                          SearchTerm{"ubu", true}));
  EXPECT_THAT(quick("приве नमस्ते"), ElementsAre(SearchTerm{"при", true}, SearchTerm{"नमस", true}));
  EXPECT_THAT(quick("天"), IsEmpty());
  EXPECT_THAT(quick("北京"), ElementsAre(SearchTerm{"北京", false}));
}

}  // namespace
}  // namespace kith::chat
