#include "chat/user_names.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kith::chat {
namespace {

const Limits kLimits;

std::string folded(std::string_view text) { return fold_username(text, "username", kLimits).value_or("refused"); }
Reason refusal(std::string_view text) { return fold_username(text, "username", kLimits).error().reason; }

TEST(UserNames, capitals_and_forms_of_letters_are_folded) {
  EXPECT_EQ(folded("Anna.Smith_2-x"), "anna.smith_2-x");
  EXPECT_EQ(folded("ＡＮＮＡ"), "anna");
  EXPECT_EQ(folded("Straße"), "strasse");
  EXPECT_EQ(folded("\u212Aim"), "kim") << "the Kelvin sign is a k";
  EXPECT_EQ(folded("an\u200Bna"), "anna") << "what nobody sees makes no other name";
  EXPECT_EQ(folded(" anna "), "anna") << "keyboards leave a space behind";
  EXPECT_EQ(folded("42"), "42");
}

TEST(UserNames, look_alikes_of_other_scripts_are_refused) {
  EXPECT_EQ(refusal("\u0430nna"), Reason::kInvalidField) << "Cyrillic a";
  EXPECT_EQ(refusal("anña"), Reason::kInvalidField);
  EXPECT_EQ(refusal("an na"), Reason::kInvalidField);
  EXPECT_EQ(refusal("anna@home"), Reason::kInvalidField);
  EXPECT_EQ(refusal("an/na"), Reason::kInvalidField);
  EXPECT_EQ(refusal("an\nna"), Reason::kInvalidField);
}

TEST(UserNames, names_begin_with_a_letter_or_digit_and_end_without_a_full_stop) {
  for (const char* name : {".anna", "_anna", "-anna", "anna."}) EXPECT_EQ(refusal(name), Reason::kInvalidField) << name;
  EXPECT_EQ(folded("anna_"), "anna_");
  EXPECT_EQ(folded("anna-"), "anna-");
}

TEST(UserNames, length_has_limits_after_folding) {
  EXPECT_EQ(refusal(""), Reason::kMissingField);
  EXPECT_EQ(refusal("a"), Reason::kInvalidField);
  EXPECT_EQ(folded("ab"), "ab");
  EXPECT_EQ(folded(std::string(32, 'A')), std::string(32, 'a'));
  EXPECT_EQ(refusal(std::string(33, 'a')), Reason::kTooLong);
  EXPECT_EQ(refusal(std::string(100'000, 'a')), Reason::kTooLong);
  EXPECT_EQ(refusal("an\xFF"), Reason::kInvalidUtf8);
}

TEST(UserNames, groups_cannot_be_impersonated) {
  for (const char* name : {"all", "here", "everyone", "kith"}) EXPECT_TRUE(is_reserved_username(name));
  EXPECT_FALSE(is_reserved_username("allen"));
}

TEST(UserNames, each_word_of_a_display_name_leads_to_the_rest_of_it) {
  const std::vector<std::string> expected{"anna-maria o'neil", "asmith", "maria o'neil", "neil", "o'neil"};
  EXPECT_EQ(directory_words("asmith", "Anna-María O'Neil"), expected);
}

TEST(UserNames, names_without_words_are_found_from_their_beginning) {
  const std::vector<std::string> expected{"rocket", "🚀🚀"};
  EXPECT_EQ(directory_words("rocket", "🚀🚀"), expected);
  const std::vector<std::string> with_word{"anna", "🚀 anna"};
  EXPECT_EQ(directory_words("anna", "🚀 Anna"), with_word);
}

TEST(UserNames, marks_do_not_begin_words) {
  const std::vector<std::string> expected{"anil", "अनिल कुमार", "कुमार"};
  EXPECT_EQ(directory_words("anil", "अनिल कुमार"), expected);
}

TEST(UserNames, words_of_a_name_are_bounded) {
  std::string name;
  for (int i = 0; i < 32; ++i) name += "a ";
  EXPECT_LE(directory_words("user", name).size(), 17u);
}

TEST(UserNames, a_query_is_folded_like_the_words) {
  EXPECT_EQ(directory_query("@Anna"), "anna");
  EXPECT_EQ(directory_query("  MÜLLER  "), "muller");
  EXPECT_EQ(directory_query(" \u200B "), "");
  EXPECT_EQ(directory_query("@"), "");
}

}  // namespace
}  // namespace kith::chat
