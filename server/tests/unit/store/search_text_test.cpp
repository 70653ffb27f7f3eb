#include "store/search_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> tokens(std::string_view text) {
  SearchText parsed;
  parsed.parse(text);
  std::vector<std::string> found;
  parsed.for_each_token([&](const TextToken& token) { found.emplace_back(token.text); });
  return found;
}

/// The original bytes under each token.
std::vector<std::string> sources(std::string_view text) {
  SearchText parsed;
  parsed.parse(text);
  std::vector<std::string> found;
  parsed.for_each_token(
      [&](const TextToken& token) { found.emplace_back(text.substr(token.begin, token.end - token.begin)); });
  return found;
}

TEST(SearchText, words_are_letters_and_digits_folded) {
  EXPECT_THAT(tokens("Hello, World! v2.0 snake_case e-mail"),
              ElementsAre("hello", "world", "v2", "0", "snake", "case", "e", "mail"));
  EXPECT_THAT(tokens(""), IsEmpty());
  EXPECT_THAT(tokens(" .,;!? \n\t"), IsEmpty());
}

TEST(SearchText, latin_accents_and_case_are_folded_composed_or_not) {
  EXPECT_THAT(tokens("Émilie Čapek Ångström"), ElementsAre("emilie", "capek", "angstrom"));
  EXPECT_THAT(tokens("E\u0301milie"), ElementsAre("emilie"));
  EXPECT_THAT(tokens("Straße GRÖSSE größe"), ElementsAre("strasse", "grosse", "grosse"));
  EXPECT_THAT(tokens("İstanbul"), ElementsAre("istanbul"));
  EXPECT_THAT(tokens("ﬁnance ＦＵＬＬ Ⅷ x²"), ElementsAre("finance", "full", "viii", "x2"));
  EXPECT_THAT(tokens("Việt Nam"), ElementsAre("viet", "nam"));
}

TEST(SearchText, greek_cyrillic_arabic_and_hebrew_lose_their_marks) {
  EXPECT_THAT(tokens("Ελλάδα ΟΔΟΣ οδός"), ElementsAre("ελλαδα", "οδοσ", "οδοσ"));
  EXPECT_THAT(tokens("Ёлка йод"), ElementsAre("елка", "иод"));
  EXPECT_THAT(tokens("السَّلَامُ عَلَيْكُمْ"), ElementsAre("السلام", "عليكم"));
  EXPECT_THAT(tokens("أحمد كتـــاب"), ElementsAre("احمد", "كتاب"));
  EXPECT_THAT(tokens("שָׁלוֹם"), ElementsAre("שלום"));
}

TEST(SearchText, marks_of_other_scripts_are_letters) {
  EXPECT_THAT(tokens("हिन्दी में"), ElementsAre("हिन्दी", "में"));
  EXPECT_THAT(tokens("தமிழ்"), ElementsAre("தமிழ்"));
  EXPECT_THAT(tokens("한국어 검색"), ElementsAre("한국어", "검색"));
}

TEST(SearchText, scripts_without_spaces_give_pairs_and_the_last_character) {
  EXPECT_THAT(tokens("北京天安门"), ElementsAre("北京", "京天", "天安", "安门", "门"));
  EXPECT_THAT(tokens("猫"), ElementsAre("猫"));
  EXPECT_THAT(tokens("東京タワー"), ElementsAre("東京", "京タ", "タワ", "ワー", "ー"));
  EXPECT_THAT(tokens("สวัสดี"), ElementsAre("สว", "วั", "ัส", "สด", "ดี", "ี"));
  EXPECT_THAT(tokens("ខ្មែរ"), ElementsAre("ខ្", "្ម", "មែ", "ែរ", "រ"));
  EXPECT_THAT(tokens("ﾊﾟﾊﾟ"), ElementsAre("パパ", "パ"));
  EXPECT_THAT(tokens("你好，世界"), ElementsAre("你好", "好", "世界", "界"));
  EXPECT_THAT(tokens("iPhone15手机壳ok"), ElementsAre("iphone15", "手机", "机壳", "壳", "ok"));
}

TEST(SearchText, emoji_are_one_token_without_skin_tone_and_joiners) {
  EXPECT_THAT(tokens("👍🏽👍"), ElementsAre("👍", "👍"));
  EXPECT_THAT(tokens("ok👍🏿!"), ElementsAre("ok", "👍"));
  EXPECT_THAT(tokens("👨‍👩‍👧"), ElementsAre("👨", "👩", "👧"));
  EXPECT_THAT(tokens("❤️ ❤"), ElementsAre("❤", "❤"));
  EXPECT_THAT(tokens("🇩🇪🇫🇷"), ElementsAre("🇩🇪", "🇫🇷"));
  EXPECT_THAT(tokens("1️⃣ © ™"), ElementsAre("1", "tm"));
  EXPECT_THAT(sources("a 👍🏽 👨‍👩"), ElementsAre("a", "👍🏽", "👨‍", "👩"));
}

TEST(SearchText, each_token_knows_its_bytes) {
  EXPECT_THAT(sources("Émilie's ﬁn"), ElementsAre("Émilie", "s", "ﬁn"));
  EXPECT_THAT(sources("x北京 y"), ElementsAre("x", "北京", "京", "y"));
  EXPECT_THAT(sources("E\u0301a, co\u00ADop"), ElementsAre("E\u0301a", "co\u00ADop"));
  EXPECT_THAT(tokens("co\u00ADop"), ElementsAre("coop"));
}

TEST(SearchText, control_characters_and_bad_bytes_separate) {
  EXPECT_THAT(tokens("a\x01r5 b\x1f"
                     "c\x7f"
                     "d\xC2\x85"
                     "e"),
              ElementsAre("a", "r5", "b", "c", "d", "e"));
  EXPECT_THAT(tokens("a\xFF"
                     "b\xC3"),
              ElementsAre("a", "b"));
  EXPECT_THAT(tokens(std::string_view("a\0b", 3)), ElementsAre("a", "b"));
}

TEST(SearchText, words_are_cut_at_the_limit) {
  const std::string fits(kSearchWordBytes, 'a');
  EXPECT_THAT(tokens(fits), ElementsAre(fits));
  EXPECT_THAT(tokens(fits + "b c"), ElementsAre(fits, "c"));
  EXPECT_THAT(sources(fits + "b c"), ElementsAre(fits + "b", "c"));
  std::string cyrillic = "a";  // then the 64th byte would be half a letter
  for (int i = 0; i < 40; ++i) cyrillic += "я";
  EXPECT_EQ(tokens(cyrillic).front().size(), kSearchWordBytes - 1);
  EXPECT_EQ(tokens(cyrillic).size(), 1U);
}

TEST(SearchText, endless_marks_are_folded_in_pieces) {
  std::string text = "e";
  for (int i = 0; i < 10'000; ++i) text += i % 2 == 0 ? "\u0301" : "\u0316";
  EXPECT_THAT(tokens(text + "t"), ElementsAre("et"));
}

TEST(SearchText, parsing_again_forgets_the_text_before) {
  SearchText parsed;
  parsed.parse("one two");
  parsed.parse("three");
  ASSERT_EQ(parsed.units().size(), 1U);
  EXPECT_EQ(parsed.folded(parsed.units()[0]), "three");
}

}  // namespace
}  // namespace kith::store
