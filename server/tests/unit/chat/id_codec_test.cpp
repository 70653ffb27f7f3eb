#include "chat/id_codec.hpp"

#include <gtest/gtest.h>

#include <set>

namespace kith::chat {
namespace {

constexpr IdCodec::Key kKey{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

TEST(IdCodec, every_id_comes_back_and_no_two_are_alike) {
  const IdCodec ids(kKey);
  std::set<std::string> seen;
  for (int64_t value = 1; value < 2000; ++value) {
    const std::string text = ids.encode(RoomId{value});
    EXPECT_EQ(text.size(), 14u);
    EXPECT_EQ(ids.decode_room(text), RoomId{value});
    EXPECT_TRUE(seen.insert(text).second);
  }
}

TEST(IdCodec, one_kind_never_decodes_as_another) {
  const IdCodec ids(kKey);
  const std::string room = ids.encode(RoomId{7});
  EXPECT_EQ(ids.decode_user(room), std::nullopt);
  EXPECT_EQ(ids.decode_user("u" + room.substr(1)), std::nullopt) << "the kinds have different keys";
}

TEST(IdCodec, another_key_gives_other_text) {
  IdCodec::Key other = kKey;
  other[0] ^= 1;
  EXPECT_NE(IdCodec(kKey).encode(UserId{1}), IdCodec(other).encode(UserId{1}));
}

TEST(IdCodec, refuses_what_is_not_an_id) {
  const IdCodec ids(kKey);
  for (const char* text : {"", "r", "room", "r0000000000000x", "r000000000000", "R0000000000000", "r\xff\xff"}) {
    EXPECT_EQ(ids.decode_room(text), std::nullopt) << text;
  }
}

// Source: "The SIMON and SPECK families of lightweight block ciphers", appendix C, Speck64/128.
TEST(IdCodec, the_permutation_is_speck64_128) {
  const IdCodec ids({0x00, 0x01, 0x02, 0x03, 0x08, 0x09, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x18, 0x19, 0x1a, 0x1b});
  // Plaintext 3b726574 7475432d → ciphertext 8c6fa548 454e028b, here as the number and its base-32 digits.
  EXPECT_EQ(ids.encode(UserId{0x3b7265747475432d}), "u8ort5912ks0kb");
}

}  // namespace
}  // namespace kith::chat
