#include "bench/sample_text.hpp"

#include <gtest/gtest.h>

namespace kith::bench {
namespace {

TEST(SampleText, carries_its_number_and_has_the_wanted_length) {
  SampleText text(1);
  const std::string made = text.make(123'456'789, 120);
  EXPECT_EQ(made.size(), 120U);
  EXPECT_EQ(SampleText::check(made), 123'456'789U);
}

TEST(SampleText, is_found_damaged_wherever_a_byte_changes) {
  SampleText text(2);
  const std::string made = text.make(7, 60);
  for (size_t i = 0; i < made.size(); ++i) {
    std::string damaged = made;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    const bool is_space_of_head = made[i] == ' ' && i < 20;
    EXPECT_EQ(SampleText::check(damaged).has_value(), is_space_of_head) << i;
  }
  EXPECT_FALSE(SampleText::check(made.substr(0, made.size() - 1)));
  EXPECT_FALSE(SampleText::check(""));
}

TEST(SampleText, is_a_span_of_prose_where_there_is_some) {
  std::string prose;
  for (int i = 0; i < 200; ++i) prose += "the quick brown fox ";
  SampleText text(3, prose);
  const std::string made = text.make(1, 80);
  EXPECT_NE(made.find("quick"), std::string::npos);
  EXPECT_TRUE(SampleText::check(made));
}

TEST(SampleText, repeats_for_the_same_seed) {
  EXPECT_EQ(SampleText(4).make(1, 100), SampleText(4).make(1, 100));
  EXPECT_NE(SampleText(4).make(1, 100), SampleText(5).make(1, 100));
}

}  // namespace
}  // namespace kith::bench
