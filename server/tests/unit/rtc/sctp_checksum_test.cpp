#include "rtc/sctp_checksum.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <vector>

namespace kith::rtc {
namespace {

uint32_t checksum(Bytes bytes) {
  Crc32c crc;
  crc.update(bytes);
  return crc.value();
}

// RFC 3720 §B.4 prints the bytes as they are sent, least significant first.
TEST(Crc32c, agrees_with_the_vectors_of_rfc_3720) {
  std::array<uint8_t, 32> bytes{};
  EXPECT_EQ(checksum(bytes), 0x8A9136AA);
  bytes.fill(0xFF);
  EXPECT_EQ(checksum(bytes), 0x62A8AB43);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  EXPECT_EQ(checksum(bytes), 0x46DD794E);
  std::iota(bytes.rbegin(), bytes.rend(), uint8_t{0});
  EXPECT_EQ(checksum(bytes), 0x113FDB5C);
  const std::array<uint8_t, 48> read_command{0x01, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                             0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00,
                                             0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18, 0x28, 0x00, 0x00, 0x00,
                                             0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
  EXPECT_EQ(checksum(read_command), 0xD9963A56);
}

TEST(Crc32c, parts_give_the_same_as_the_whole) {
  std::vector<uint8_t> bytes(100);
  std::iota(bytes.begin(), bytes.end(), uint8_t{7});
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    Crc32c crc;
    crc.update(Bytes(bytes).first(cut));
    crc.update(Bytes(bytes).subspan(cut));
    EXPECT_EQ(crc.value(), checksum(bytes)) << cut;
  }
}

}  // namespace
}  // namespace kith::rtc
