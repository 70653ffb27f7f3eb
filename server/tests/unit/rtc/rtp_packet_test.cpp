#include "rtc/rtp_packet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kith::rtc {
namespace {

using Buffer = std::vector<uint8_t>;
using testing::ElementsAre;

/// A packet with the given first byte, then `rest` after the fixed header.
Buffer packet_of(uint8_t first_byte, const Buffer& rest) {
  Buffer packet = {first_byte, 0xE0, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xCA, 0xFE, 0xBA, 0xBE};
  packet.insert(packet.end(), rest.begin(), rest.end());
  return packet;
}

Buffer value_of(const RtpPacket& packet, uint8_t id) {
  const auto value = packet.find_extension(id);
  return value ? Buffer(value->begin(), value->end()) : Buffer{0xDE, 0xAD};
}
const Buffer kAbsent = {0xDE, 0xAD};

TEST(RtpPacket, reads_the_fixed_header_in_the_order_of_rfc_3550) {
  const Buffer bytes = packet_of(0x80, {1, 2, 3});
  const auto packet = RtpPacket::parse(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->payload_type, 96);
  EXPECT_EQ(packet->sequence, 0x1234);
  EXPECT_EQ(packet->timestamp, 0x01020304U);
  EXPECT_EQ(packet->ssrc, 0xCAFEBABEU);
  EXPECT_EQ(packet->header_size, 12U);
  EXPECT_THAT(packet->payload, ElementsAre(1, 2, 3));
}

TEST(RtpPacket, skips_contributing_sources) {
  const Buffer bytes = packet_of(0x82, {0, 0, 0, 1, 0, 0, 0, 2, 42});
  const auto packet = RtpPacket::parse(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->header_size, 20U);
  EXPECT_THAT(packet->payload, ElementsAre(42));
}

TEST(RtpPacket, leaves_padding_out_of_the_payload) {
  const Buffer bytes = packet_of(0xA0, {7, 0, 0, 3});
  EXPECT_THAT(RtpPacket::parse(bytes)->payload, ElementsAre(7));
  EXPECT_EQ(RtpPacket::parse(bytes)->padding_size, 3U);
  const Buffer only_padding = packet_of(0xA0, {0, 2});
  EXPECT_TRUE(RtpPacket::parse(only_padding)->payload.empty());
}

TEST(RtpPacket, refuses_lengths_that_do_not_add_up) {
  const std::pair<const char*, Buffer> cases[] = {
      {"nothing", {}},
      {"version 1", packet_of(0x40, {1})},
      {"version 3", packet_of(0xC0, {1})},
      {"cut header", Buffer(11, 0x80)},
      {"missing contributing source", packet_of(0x81, {0, 0, 0})},
      {"extension without header", packet_of(0x90, {0xBE, 0xDE, 0})},
      {"extension longer than the packet", packet_of(0x90, {0xBE, 0xDE, 0, 2, 0, 0, 0, 0})},
      {"padding of none", packet_of(0xA0, {1, 0})},
      {"more padding than payload", packet_of(0xA0, {1, 3})},
      {"padding flag without a byte", packet_of(0xA0, {})},
  };
  for (const auto& [name, bytes] : cases) EXPECT_FALSE(RtpPacket::parse(bytes)) << name;
}

// RFC 8285 §4.2: the figure with three elements of one, two and three bytes and padding between them.
TEST(RtpPacket, finds_one_byte_elements_between_padding) {
  const Buffer bytes = packet_of(0x90, {0xBE, 0xDE, 0, 3, 0x10, 0xAA, 0x21, 0xBB, 0xBC, 0, 0, 0x33, 1, 2, 3, 4, 99});
  const auto packet = RtpPacket::parse(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(value_of(*packet, 1), (Buffer{0xAA}));
  EXPECT_EQ(value_of(*packet, 2), (Buffer{0xBB, 0xBC}));
  EXPECT_EQ(value_of(*packet, 3), (Buffer{1, 2, 3, 4}));
  EXPECT_EQ(value_of(*packet, 4), kAbsent);
  EXPECT_EQ(value_of(*packet, 0), kAbsent);
  EXPECT_THAT(packet->payload, ElementsAre(99));
}

// RFC 8285 §4.3: elements of length 0, 1 and 4 with padding; the profile's low bits are the application's.
TEST(RtpPacket, finds_two_byte_elements_of_any_length) {
  const Buffer bytes = packet_of(0x90, {0x10, 0x05, 0, 3, 16, 0, 200, 1, 0xBB, 0, 3, 4, 1, 2, 3, 4});
  const auto packet = RtpPacket::parse(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(value_of(*packet, 16), Buffer{});
  EXPECT_EQ(value_of(*packet, 200), (Buffer{0xBB}));
  EXPECT_EQ(value_of(*packet, 3), (Buffer{1, 2, 3, 4}));
}

TEST(RtpPacket, stops_at_an_element_that_ends_or_breaks_the_block) {
  const std::pair<const char*, Buffer> cases[] = {
      {"id 15", packet_of(0x90, {0xBE, 0xDE, 0, 1, 0xF0, 0xAA, 0x10, 0xBB})},
      {"padding with a length", packet_of(0x90, {0xBE, 0xDE, 0, 1, 0x01, 0xAA, 0x10, 0xBB})},
      {"element over the end", packet_of(0x90, {0xBE, 0xDE, 0, 1, 0, 0, 0x12, 0xBB})},
      {"two-byte id without a length", packet_of(0x90, {0x10, 0, 0, 1, 0, 0, 0, 1})},
      {"two-byte element over the end", packet_of(0x90, {0x10, 0, 0, 1, 1, 3, 0, 0})},
      {"another profile", packet_of(0x90, {0x12, 0x34, 0, 1, 0x10, 0xBB, 0, 0})},
  };
  for (const auto& [name, bytes] : cases) {
    const auto packet = RtpPacket::parse(bytes);
    ASSERT_TRUE(packet) << name;
    EXPECT_EQ(value_of(*packet, 1), kAbsent) << name;
  }
}

TEST(RtpPacket, finds_by_meaning_only_what_was_negotiated) {
  const Buffer bytes = packet_of(0x90, {0xBE, 0xDE, 0, 1, 0x30, 0x85, 0, 0});
  RtpExtensionMap map;
  EXPECT_FALSE(RtpPacket::parse(bytes)->find(map, RtpExtension::kAudioLevel));
  map.set(RtpExtension::kAudioLevel, 3);
  const auto level = parse_audio_level(RtpPacket::parse(bytes)->find(map, RtpExtension::kAudioLevel).value());
  EXPECT_EQ(level->dbov, 5);
  EXPECT_TRUE(level->has_voice);
  EXPECT_FALSE(parse_audio_level({}));
}

TEST(RtpHeaderWriter, writes_what_the_parser_reads) {
  for (const bool is_two_byte : {false, true}) {
    Buffer out(64);
    RtpHeaderWriter writer(out, {.payload_type = 111, .marker = true, .sequence = 65535, .timestamp = 9, .ssrc = 7},
                           is_two_byte);
    writer.add(5, Buffer{1, 2});
    const MutableBytes late = writer.add(14, Buffer{0, 0, 0});
    ASSERT_EQ(late.size(), 3U);
    late[1] = 0x77;
    const size_t size = writer.finish();
    ASSERT_EQ(size % 4, 0U);
    const auto packet = RtpPacket::parse(Bytes(out).first(size));
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->header_size, size);
    EXPECT_EQ(packet->payload_type, 111);
    EXPECT_TRUE(packet->marker);
    EXPECT_EQ(packet->sequence, 65535);
    EXPECT_EQ(packet->extension_profile, is_two_byte ? 0x1000 : 0xBEDE);
    EXPECT_EQ(value_of(*packet, 5), (Buffer{1, 2}));
    EXPECT_EQ(value_of(*packet, 14), (Buffer{0, 0x77, 0}));
  }
}

TEST(RtpHeaderWriter, without_elements_writes_twelve_bytes) {
  Buffer out(12);
  EXPECT_EQ(RtpHeaderWriter(out, {.payload_type = 0}).finish(), 12U);
  EXPECT_EQ(out[0], 0x80);
}

TEST(RtpHeaderWriter, refuses_elements_that_the_form_cannot_hold) {
  struct Case {
    const char* name;
    bool is_two_byte;
    uint8_t id;
    size_t size;
  };
  for (const auto& [name, is_two_byte, id, size] :
       {Case{"id 0", false, 0, 1}, Case{"id 15", false, 15, 1}, Case{"17 bytes", false, 1, 17},
        Case{"no bytes", false, 1, 0}, Case{"two-byte id 0", true, 0, 1}, Case{"256 bytes", true, 1, 256}}) {
    Buffer out(600);
    RtpHeaderWriter writer(out, {}, is_two_byte);
    EXPECT_TRUE(writer.add(id, Buffer(size)).empty()) << name;
    EXPECT_EQ(writer.finish(), 0U) << name;
  }
}

TEST(RtpHeaderWriter, refuses_to_write_past_its_buffer) {
  Buffer out(19);
  RtpHeaderWriter writer(out, {});
  writer.add(1, Buffer{1, 2});
  EXPECT_EQ(writer.finish(), 0U) << "three bytes of element are padded to four";
  Buffer tiny(11);
  EXPECT_EQ(RtpHeaderWriter(tiny, {}).finish(), 0U);
}

TEST(RtpExtensionMap, knows_ids_both_ways) {
  RtpExtensionMap map;
  map.set(RtpExtension::kMid, 4);
  EXPECT_EQ(map.id_of(RtpExtension::kMid), 4);
  EXPECT_EQ(map.extension_of(4), RtpExtension::kMid);
  EXPECT_EQ(map.extension_of(5), std::nullopt);
  EXPECT_EQ(map.extension_of(0), std::nullopt) << "0 means not negotiated";
}

TEST(RtpExtension, every_one_has_its_own_uri) {
  for (size_t i = 0; i < kRtpExtensionCount; ++i) {
    const auto extension = static_cast<RtpExtension>(i);
    EXPECT_EQ(rtp_extension_of(uri_of(extension)), extension);
  }
  EXPECT_EQ(rtp_extension_of("urn:ietf:params:rtp-hdrext:toffset"), std::nullopt);
  EXPECT_EQ(uri_of(RtpExtension::kVideoContentType), "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type");
}

TEST(SequenceDistance, is_short_across_the_wrap) {
  EXPECT_EQ(sequence_distance(65535, 2), 3);
  EXPECT_EQ(sequence_distance(2, 65535), -3);
  EXPECT_EQ(sequence_distance(7, 7), 0);
}

}  // namespace
}  // namespace kith::rtc
