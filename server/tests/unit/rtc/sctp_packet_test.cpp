#include "rtc/sctp_packet.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kith::rtc {
namespace {

using Packets = std::vector<std::vector<uint8_t>>;

/// Packets of as many chunks of that value size.
Packets pack(size_t chunk_count, size_t value_size) {
  Packets packets;
  const auto keep = [&](Bytes packet) { packets.emplace_back(packet.begin(), packet.end()); };
  SctpPacker packer(0x01020304, keep);
  for (size_t i = 0; i < chunk_count; ++i) {
    std::ranges::fill(packer.add(SctpChunkType::kData, 3, value_size), static_cast<uint8_t>(i));
  }
  packer.finish();
  return packets;
}

TEST(SctpPacket, what_was_packed_is_read_back) {
  const Packets packets = pack(3, 5);
  ASSERT_EQ(packets.size(), 1U);
  const auto packet = parse_sctp_packet(packets[0]);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->verification_tag, 0x01020304U);
  SctpItemReader chunks(packet->chunks);
  for (uint8_t i = 0; i < 3; ++i) {
    const auto chunk = chunks.next();
    ASSERT_TRUE(chunk);
    EXPECT_EQ(chunk->chunk_type(), SctpChunkType::kData);
    EXPECT_EQ(chunk->chunk_flags(), 3);
    EXPECT_TRUE(std::ranges::equal(chunk->value, std::vector<uint8_t>(5, i)));
  }
  EXPECT_FALSE(chunks.next());
}

TEST(SctpPacket, chunk_that_does_not_fit_begins_another_packet) {
  for (const size_t value_size : {0, 1, 100, 1160}) {
    size_t chunks = 0;
    for (const auto& bytes : pack(50, value_size)) {
      EXPECT_LE(bytes.size(), kSctpPacketMax);
      const auto packet = parse_sctp_packet(bytes);
      ASSERT_TRUE(packet);
      SctpItemReader reader(packet->chunks);
      while (reader.next()) ++chunks;
    }
    EXPECT_EQ(chunks, 50U);
  }
  EXPECT_EQ(pack(1, kSctpChunkValueMax).front().size(), kSctpPacketMax);
}

TEST(SctpPacket, changed_bit_is_noticed_wherever_it_is) {
  std::vector<uint8_t> packet = pack(1, 20).front();
  for (size_t at = 0; at < packet.size(); ++at) {
    packet[at] ^= 0x10;
    EXPECT_FALSE(parse_sctp_packet(packet)) << at;
    packet[at] ^= 0x10;
  }
  EXPECT_TRUE(parse_sctp_packet(packet));
}

TEST(SctpPacket, packet_without_a_whole_header_is_refused) {
  const std::vector<uint8_t> packet = pack(1, 20).front();
  for (size_t size = 0; size < kSctpHeaderSize; ++size) EXPECT_FALSE(parse_sctp_packet(Bytes(packet).first(size)));
}

TEST(SctpPacket, item_whose_length_lies_ends_the_list) {
  const std::vector<uint8_t> shorter_than_its_header{0, 0, 0, 3, 0, 0, 0, 4};
  EXPECT_FALSE(SctpItemReader(shorter_than_its_header).next());
  const std::vector<uint8_t> longer_than_the_rest{0, 0, 0, 9, 0, 0, 0, 4};
  EXPECT_FALSE(SctpItemReader(longer_than_the_rest).next());
}

TEST(SctpPacket, last_item_may_lack_its_padding) {
  const std::vector<uint8_t> items{0, 7, 0, 5, 'a', 0, 0, 0, 0, 8, 0, 5, 'b'};
  SctpItemReader reader(items);
  EXPECT_EQ(as_text(reader.next()->value), "a");
  EXPECT_EQ(as_text(reader.next()->value), "b");
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace kith::rtc
