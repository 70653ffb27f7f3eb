#include "rtc/dcep.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace kith::rtc {
namespace {

TEST(Dcep, open_is_laid_out_as_rfc_8832_says) {
  const std::string message =
      serialize_channel_open({.label = "_lossy", .protocol = "p", .is_ordered = false, .max_retransmits = 0x01020304});
  // RFC 8832 §5.1: type, channel type, priority, reliability, lengths, label, protocol.
  const std::array<uint8_t, 12> header{0x03, 0x81, 0x01, 0x00, 0x01, 0x02, 0x03, 0x04, 0x00, 0x06, 0x00, 0x01};
  EXPECT_EQ(message, std::string(as_text(header)) + "_lossyp");
}

TEST(Dcep, every_kind_of_channel_survives_the_way) {
  const std::vector<ChannelOptions> kinds{
      {.label = "a"},
      {.label = "", .protocol = "p", .is_ordered = false},
      {.label = "c", .max_retransmits = 0},
      {.label = "d", .is_ordered = false, .max_retransmits = 5},
      {.label = "e", .max_lifetime_ms = 100},
      {.label = "f", .is_ordered = false, .max_lifetime_ms = 0},
  };
  for (const ChannelOptions& options : kinds) {
    EXPECT_EQ(parse_channel_open(as_bytes(serialize_channel_open(options))), options) << options.label;
  }
}

TEST(Dcep, cut_or_unknown_open_is_refused) {
  const std::string message = serialize_channel_open({.label = "label", .protocol = "protocol"});
  for (size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(parse_channel_open(as_bytes(message.substr(0, size)))) << size;
  }
  std::string unknown = message;
  unknown[1] = 0x03;
  EXPECT_FALSE(parse_channel_open(as_bytes(unknown)));
  unknown = message;
  unknown[0] = 0x04;
  EXPECT_FALSE(parse_channel_open(as_bytes(unknown)));
}

TEST(Dcep, name_one_byte_too_long_is_refused) {
  EXPECT_TRUE(parse_channel_open(as_bytes(serialize_channel_open({.label = std::string(kChannelNameMax, 'x')}))));
  EXPECT_FALSE(parse_channel_open(as_bytes(serialize_channel_open({.label = std::string(kChannelNameMax + 1, 'x')}))));
  EXPECT_FALSE(
      parse_channel_open(as_bytes(serialize_channel_open({.protocol = std::string(kChannelNameMax + 1, 'x')}))));
}

TEST(Dcep, acknowledgement_is_one_byte) {
  EXPECT_TRUE(is_channel_ack(as_bytes(serialize_channel_ack())));
  EXPECT_EQ(serialize_channel_ack(), "\x02");
  EXPECT_FALSE(is_channel_ack(as_bytes("\x02\x02")));
  EXPECT_FALSE(is_channel_ack({}));
}

}  // namespace
}  // namespace kith::rtc
