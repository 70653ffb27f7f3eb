#include "chat/search_query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::chat {
namespace {

using ::testing::ElementsAre;

SearchQuery parse(std::string_view text) {
  auto query = parse_search_query(text, Limits{});
  EXPECT_TRUE(query.has_value()) << text;
  return query ? *std::move(query) : SearchQuery{};
}

Error error_of(std::string_view text) {
  const auto query = parse_search_query(text, Limits{});
  EXPECT_FALSE(query.has_value()) << text;
  return query ? Error{} : query.error();
}

std::vector<std::string> words(const SearchItem& item) {
  std::vector<std::string> out;
  for (const auto& unit : item.units) out.push_back(unit.folded);
  return out;
}

TEST(SearchQuery, words_are_beginnings_and_phrases_are_not) {
  const auto query = parse("  Hello \"Big World\" wör ");
  ASSERT_EQ(query.items.size(), 3U);
  EXPECT_THAT(words(query.items[0]), ElementsAre("hello"));
  EXPECT_TRUE(query.items[0].ends_in_beginning);
  EXPECT_THAT(words(query.items[1]), ElementsAre("big", "world"));
  EXPECT_FALSE(query.items[1].ends_in_beginning);
  EXPECT_THAT(words(query.items[2]), ElementsAre("wor"));
}

TEST(SearchQuery, what_hangs_together_stays_together) {
  const auto query = parse("don't 北京天 👍🏽");
  ASSERT_EQ(query.items.size(), 3U);
  EXPECT_THAT(words(query.items[0]), ElementsAre("don", "t"));
  EXPECT_THAT(words(query.items[1]), ElementsAre("北", "京", "天"));
  EXPECT_TRUE(query.items[1].units[2].is_joined);
  EXPECT_FALSE(query.items[1].ends_in_beginning);
  EXPECT_THAT(words(query.items[2]), ElementsAre("👍"));
}

TEST(SearchQuery, minus_excludes_words_and_phrases) {
  const auto query = parse("a -b -\"c d\" - e-f");
  EXPECT_EQ(query.items.size(), 2U);
  ASSERT_EQ(query.excluded.size(), 2U);
  EXPECT_THAT(words(query.excluded[0]), ElementsAre("b"));
  EXPECT_THAT(words(query.excluded[1]), ElementsAre("c", "d"));
  EXPECT_THAT(words(query.items[1]), ElementsAre("e", "f"));
}

TEST(SearchQuery, filters_are_understood) {
  const auto query = parse("from:alice from:me in:\"new office\" before:2026-11-20 after:2026-11-01 has:link x");
  EXPECT_THAT(query.from, ElementsAre("alice", "me"));
  EXPECT_THAT(query.in, ElementsAre("new office"));
  EXPECT_EQ(query.before, (UnixMillis{1'795'132'800'000}));
  EXPECT_EQ(query.after, (UnixMillis{1'793'491'200'000}));
  EXPECT_TRUE(query.has_link);
  ASSERT_EQ(query.items.size(), 1U);
}

TEST(SearchQuery, unknown_keys_and_addresses_are_text) {
  const auto query = parse("https://kith.example/a foo:bar");
  ASSERT_EQ(query.items.size(), 2U);
  EXPECT_THAT(words(query.items[0]), ElementsAre("https", "kith", "example", "a"));
  EXPECT_THAT(words(query.items[1]), ElementsAre("foo", "bar"));
}

TEST(SearchQuery, wrong_values_are_refused) {
  for (const char* text : {"before:yesterday", "after:2026-13-01", "before:2026-02-30", "after:2026-1-1", "has:cheese",
                           "from:", "in:\"\"", "-from:bob", "before:+026-01-01"}) {
    const Error error = error_of(text);
    EXPECT_EQ(error.reason, Reason::kInvalidField) << text;
    EXPECT_EQ(error.field, "query");
  }
  EXPECT_EQ(error_of("a\xFF").reason, Reason::kInvalidUtf8);
}

TEST(SearchQuery, control_characters_are_spaces) {
  const auto query = parse("a\x01r5\nb");
  ASSERT_EQ(query.items.size(), 3U);
  EXPECT_THAT(words(query.items[1]), ElementsAre("r5"));
}

TEST(SearchQuery, limits_are_crossed_by_one) {
  const Limits limits;
  EXPECT_TRUE(parse_search_query(std::string(limits.query_bytes, 'a'), limits).has_value());
  EXPECT_EQ(error_of(std::string(limits.query_bytes + 1, 'a')).reason, Reason::kTooLong);
  std::string most;
  for (size_t i = 0; i < limits.query_terms; ++i) most += "w ";
  EXPECT_TRUE(parse_search_query(most, limits).has_value());
  EXPECT_EQ(error_of(most + "w").reason, Reason::kTooLong);
  EXPECT_EQ(error_of(most + "from:a").reason, Reason::kTooLong);
  EXPECT_TRUE(parse_search_query(most + " ... !", limits).has_value()) << "signs are no words";
}

}  // namespace
}  // namespace kith::chat
