#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kith {
namespace {

TEST(Bytes, varints_come_back_and_cut_ones_are_refused) {
  for (uint64_t value :
       {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{1} << 35, std::numeric_limits<uint64_t>::max()}) {
    std::string out;
    put_varint(out, value);
    std::string_view in = out;
    EXPECT_EQ(take_varint(in), value);
    EXPECT_TRUE(in.empty());
    std::string_view cut = std::string_view(out).substr(0, out.size() - 1);
    EXPECT_EQ(take_varint(cut), std::nullopt);
  }
  std::string_view endless = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
  EXPECT_EQ(take_varint(endless), std::nullopt);
}

// Source: RFC 4648 §10, without padding.
TEST(Bytes, base64url_matches_the_vectors_and_comes_back) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64url(plain), encoded);
    EXPECT_EQ(from_base64url(encoded), plain);
  }
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(from_base64url("Z"), std::nullopt);
  EXPECT_EQ(from_base64url("Zh"), std::nullopt) << "stray bits at the end";
  EXPECT_EQ(from_base64url("Zm+v"), std::nullopt);
}

TEST(Bytes, base32_keeps_the_order_of_numbers_and_refuses_what_does_not_fit) {
  EXPECT_LT(to_base32_u64(1), to_base32_u64(2));
  EXPECT_LT(to_base32_u64(31), to_base32_u64(32));
  const uint64_t largest = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(from_base32_u64(to_base32_u64(largest)), largest);
  EXPECT_EQ(from_base32_u64("g000000000000"), std::nullopt) << "2^64";
  EXPECT_EQ(from_base32_u64("000000000000"), std::nullopt);
  EXPECT_EQ(from_base32_u64("00000000000W0"), std::nullopt);
}

TEST(Bytes, utf8_accepts_scripts_and_refuses_overlong_surrogates_and_cut_sequences) {
  EXPECT_TRUE(is_utf8("Grüße 日本語 ไทย 🧑‍🚀"));
  EXPECT_FALSE(is_utf8("\xC0\x80"));
  EXPECT_FALSE(is_utf8("\xE0\x80\x80"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("\xE6\x97"));
  EXPECT_FALSE(is_utf8("\x80"));
  EXPECT_EQ(utf8_length("日本語"), 3u);
}

}  // namespace
}  // namespace kith
