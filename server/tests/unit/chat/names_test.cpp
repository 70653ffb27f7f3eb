#include "chat/names.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace kith::chat {
namespace {

constexpr size_t kMost = 64;

std::optional<Reason> name_error(std::string_view text) {
  const auto name = clean_name(text, kMost, "field");
  if (name.has_value()) return std::nullopt;
  EXPECT_EQ(name.error().field, "field");
  return name.error().reason;
}

TEST(Names, people_of_the_world_keep_their_names) {
  for (const char* name :
       {"Anna Müller", "Łukasz Żółć", "Ивáн Петро́вич", "Ελένη", "محمد علي", "דוד בן־גוריון", "王小明", "山田 太郎",
        "김민준", "สมชาย", "अनिल कुमार", "தமிழ்", "O’Neil-Smith, Jr.", "👩‍👩‍👧 Family",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿 Rab", "Ngũgĩ wa Thiong'o", "می‌خواهم"}) {
    EXPECT_EQ(clean_name(name, kMost, "name").value_or("refused"), name);
  }
}

TEST(Names, white_space_is_joined_and_trimmed) {
  EXPECT_EQ(clean_name("  Anna \u00A0\u3000 Müller\u2003", kMost, "name").value(), "Anna Müller");
}

TEST(Names, two_spellings_of_a_character_become_one) {
  EXPECT_EQ(clean_name("Zoe\u0308", kMost, "name").value(), "Zo\u00EB");
}

TEST(Names, names_without_anything_visible_are_missing) {
  for (const char* name :
       {"", " ", "\u3000\u00A0", "\u200B", "\u200D\uFEFF", "\u3164", "\u2800", "\u0301", "\u00AD", "\uFE0F"}) {
    EXPECT_EQ(name_error(name), Reason::kMissingField) << to_hex(name);
  }
}

TEST(Names, control_characters_and_direction_tricks_are_refused) {
  for (const char* name :
       {"a\nb", "a\tb", "a\x1B[31mb", "a\x7F", "a\u0085b", "txt\u202Efdp", "a\u202Ab", "a\u2066b\u2069"}) {
    EXPECT_EQ(name_error(name), Reason::kInvalidField) << to_hex(name);
  }
  EXPECT_EQ(name_error(std::string_view("a\0b", 3)), Reason::kInvalidField);
}

TEST(Names, broken_utf8_is_refused) {
  for (const char* name : {"\xFF", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80"}) {
    EXPECT_EQ(name_error(name), Reason::kInvalidUtf8);
    EXPECT_EQ(clean_text(name, kMost, "bio").error().reason, Reason::kInvalidUtf8);
    EXPECT_EQ(fold_name(name), "");
  }
}

TEST(Names, length_is_counted_in_characters) {
  std::string name;
  for (size_t i = 0; i < kMost; ++i) name += "語";
  EXPECT_EQ(clean_name(" " + name + " ", kMost, "name").value(), name);
  EXPECT_EQ(name_error(name + "x"), Reason::kTooLong);
  EXPECT_EQ(name_error(std::string(kMost * 16 + 1, ' ')), Reason::kTooLong) << "refused before any work";
}

TEST(Names, texts_keep_their_lines) {
  EXPECT_EQ(clean_text("\r\n one\r\ntwo\tthree \n", kMost, "bio").value(), "one\ntwo three");
  EXPECT_EQ(clean_text("", kMost, "bio").value(), "");
  EXPECT_EQ(clean_text("  \n ", kMost, "bio").value(), "");
  EXPECT_EQ(clean_text("a\x01", kMost, "bio").error().reason, Reason::kInvalidField);
  EXPECT_EQ(clean_text("a\u202E", kMost, "bio").error().reason, Reason::kInvalidField);
  EXPECT_TRUE(clean_text(std::string(kMost, 'x'), kMost, "bio").has_value());
  EXPECT_EQ(clean_text(std::string(kMost + 1, 'x'), kMost, "bio").error().reason, Reason::kTooLong);
}

TEST(Names, folding_drops_case_and_accents_but_no_letters) {
  EXPECT_EQ(fold_name("  Zoë  ÅNGSTRÖM "), "zoe angstrom");
  EXPECT_EQ(fold_name("Straße"), "strasse");
  EXPECT_EQ(fold_name("ΕΛΈΝΗ"), "ελενη");
  EXPECT_EQ(fold_name("ЁЖ"), "еж");
  EXPECT_EQ(fold_name("Ｆｕｌｌ　Ｗｉｄｔｈ"), "full width");
  EXPECT_EQ(fold_name("مُحَمَّد"), "محمد");
  EXPECT_EQ(fold_name("שָׁלוֹם"), "שלום");
  EXPECT_EQ(fold_name("สมชาย"), "สมชาย");
  EXPECT_EQ(fold_name("हिन्दी"), "हिन्दी");
  EXPECT_EQ(fold_name("が"), "が") << "a voiced kana is another letter";
  EXPECT_EQ(fold_name("김민준"), "김민준");
}

}  // namespace
}  // namespace kith::chat
