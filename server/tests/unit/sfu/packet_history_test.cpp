#include "sfu/packet_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.hpp"

namespace kith::sfu {
namespace {

using std::chrono::milliseconds;

const Instant kStart(std::chrono::hours(1));

/// A packet whose bytes follow from its sequence number.
struct Sample {
  explicit Sample(int64_t sequence, size_t size, Instant now, bool is_key = false)
      : extensions(8, static_cast<uint8_t>(sequence + 1)), payload(size, static_cast<uint8_t>(sequence)) {
    packet.sequence = sequence;
    packet.arrival = now;
    packet.frame.is_key_frame = is_key;
    packet.extensions = extensions;
    packet.payload = payload;
  }
  std::vector<uint8_t> extensions;
  std::vector<uint8_t> payload;
  MediaPacket packet;
};

void expect_intact(const MediaPacket& packet, size_t size) {
  ASSERT_EQ(packet.payload.size(), size);
  const auto all = [](rtc::Bytes bytes, int64_t value) {
    return std::ranges::all_of(bytes, [value](uint8_t byte) { return byte == static_cast<uint8_t>(value); });
  };
  EXPECT_TRUE(all(packet.payload, packet.sequence));
  EXPECT_TRUE(all(packet.extensions, packet.sequence + 1));
}

TEST(PacketHistory, keeps_the_last_second_whatever_the_rate) {
  PacketHistory history;
  SeededRandom random(3);
  std::vector<size_t> sizes;
  Instant now = kStart;
  for (int64_t sequence = 0; sequence < 5000; ++sequence) {
    // From 50 packets a second to 1,000.
    now += sequence < 500 ? milliseconds(20) : milliseconds(1);
    sizes.push_back(20 + random.below(1300));
    history.insert(Sample(sequence, sizes.back(), now).packet);
  }
  for (int64_t sequence = 4000; sequence < 5000; ++sequence) {
    const MediaPacket* const packet = history.find(sequence);
    ASSERT_NE(packet, nullptr) << sequence;
    expect_intact(*packet, sizes[static_cast<size_t>(sequence)]);
  }
  EXPECT_EQ(history.find(3990), nullptr);
  EXPECT_EQ(history.find(5000), nullptr);
}

TEST(PacketHistory, once_warm_it_does_not_grow) {
  PacketHistory history;
  Instant now = kStart;
  int64_t sequence = 0;
  const auto run = [&] {
    for (int i = 0; i < 2000; ++i, now += milliseconds(4)) history.insert(Sample(sequence++, 1200, now).packet);
  };
  run();
  const size_t warm = history.capacity();
  run();
  run();
  EXPECT_EQ(history.capacity(), warm);
  EXPECT_LT(warm, size_t{1} << 20);
}

TEST(PacketHistory, a_flood_forgets_the_oldest_first) {
  PacketHistory history;
  for (int64_t sequence = 0; sequence < 20'000; ++sequence) history.insert(Sample(sequence, 1200, kStart).packet);
  EXPECT_LE(history.capacity(), PacketHistory::kBytesMax + PacketHistory::kPacketsMax * 512);
  EXPECT_NE(history.find(19'999), nullptr);
  EXPECT_NE(history.find(19'999 - 3000), nullptr);
  EXPECT_EQ(history.find(0), nullptr);
}

TEST(PacketHistory, finds_packets_that_came_out_of_order) {
  PacketHistory history;
  for (const int64_t sequence : {10, 13, 11, 12}) history.insert(Sample(sequence, 100, kStart).packet);
  for (int64_t sequence = 10; sequence <= 13; ++sequence) {
    ASSERT_NE(history.find(sequence), nullptr);
    expect_intact(*history.find(sequence), 100);
  }
  EXPECT_EQ(history.newest(), 13);
}

TEST(PacketHistory, numbers_that_jump_push_out_only_what_shares_their_place) {
  PacketHistory history;
  history.insert(Sample(1, 100, kStart).packet);
  history.insert(Sample(2, 100, kStart).packet);
  history.insert(Sample(1 + 64 * 100, 100, kStart).packet);
  EXPECT_EQ(history.find(1), nullptr);
  EXPECT_NE(history.find(2), nullptr);
  EXPECT_NE(history.find(1 + 64 * 100), nullptr);
}

TEST(PacketHistory, of_what_nobody_is_sent_again_it_keeps_little) {
  PacketHistory history(Duration::zero());
  for (int64_t sequence = 0; sequence < 5000; ++sequence) {
    const MediaPacket& kept = history.insert(Sample(sequence, 120, kStart + milliseconds(20) * sequence).packet);
    expect_intact(kept, 120);
  }
  EXPECT_LT(history.capacity(), 16'384U);
}

TEST(PacketHistory, knows_the_newest_key_frame_for_a_second) {
  PacketHistory history;
  EXPECT_EQ(history.newest_key_frame(kStart), std::nullopt);
  history.insert(Sample(5, 100, kStart, true).packet);
  history.insert(Sample(6, 100, kStart).packet);
  EXPECT_EQ(history.newest_key_frame(kStart + milliseconds(1000)), 5);
  EXPECT_EQ(history.newest_key_frame(kStart + milliseconds(1001)), std::nullopt);
  history.insert(Sample(9, 100, kStart + milliseconds(900), true).packet);
  EXPECT_EQ(history.newest_key_frame(kStart + milliseconds(1001)), 9);
}

}  // namespace
}  // namespace kith::sfu
