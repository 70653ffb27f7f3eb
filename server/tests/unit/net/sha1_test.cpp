#include "net/sha1.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.hpp"

namespace kith::net {
namespace {

std::string hex_of(std::string_view bytes) {
  const auto digest = sha1(bytes);
  return to_hex({digest.data(), digest.size()});
}

// Source: RFC 3174 §7.3.
TEST(Sha1, matches_the_vectors_of_the_rfc) {
  EXPECT_EQ(hex_of("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(hex_of(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

}  // namespace
}  // namespace kith::net
