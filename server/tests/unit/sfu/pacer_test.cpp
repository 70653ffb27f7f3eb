#include "sfu/pacer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sfu/rate_control.hpp"

namespace kith::sfu {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant kStart{1000s};
constexpr size_t kSize = 1000;

/// A pacer and what it let go: the numbers that were written into the packets, with their times.
class Sender {
 public:
  /// Offers a packet with a number; true: it left at once.
  bool offer(PacketKind kind, uint16_t number, size_t size = kSize) {
    if (pacer_.try_send(now_, kind)) {
      pacer_.on_sent(size);
      sent_.push_back(number);
      return true;
    }
    payload_.assign(size - 12, 0xAB);
    OutgoingPacket packet;
    packet.header_size = 12;
    rtc::store_u16(packet.header_bytes.data() + 2, number);
    packet.payload = payload_;
    is_accepted_ = pacer_.enqueue(now_, kind, packet);
    return false;
  }
  /// Does what is due until the time is over.
  void run(Duration time) {
    const Instant end = now_ + time;
    for (auto due = pacer_.next_timeout(); due && *due <= end; due = pacer_.next_timeout()) {
      now_ = std::max(now_, *due);
      release();
    }
    now_ = end;
  }
  void release() {
    pacer_.release(now_, [&](QueuedPacket& packet) {
      sent_.push_back(rtc::load_u16(packet.header().data() + 2));
      EXPECT_EQ(packet.payload().back(), 0xAB);
      pacer_.on_sent(packet.bytes.size());
    });
    for (size_t due = pacer_.padding_due(now_); due > 0; due -= std::min<size_t>(due, 290)) {
      padding_ += 290;
      pacer_.on_sent(290);
    }
  }
  std::vector<int> take() { return std::exchange(sent_, {}); }

  Pacer pacer_;
  Instant now_ = kStart;
  bool is_accepted_ = true;
  size_t padding_ = 0;

 private:
  std::vector<int> sent_;
  std::vector<uint8_t> payload_;
};

TEST(Pacer, holds_nothing_back_before_it_knows_an_estimate) {
  Sender sender;
  for (uint16_t i = 0; i < 1000; ++i) EXPECT_TRUE(sender.offer(PacketKind::kVideo, i));
  EXPECT_EQ(sender.pacer_.next_timeout(), std::nullopt);
}

TEST(Pacer, lets_a_key_frame_of_16_kilobytes_leave_at_once_on_a_fast_path) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{4'000'000});
  for (uint16_t i = 0; i < 16; ++i) EXPECT_TRUE(sender.offer(PacketKind::kKeyFrame, i)) << i;
}

TEST(Pacer, spreads_a_burst_at_one_and_a_half_times_the_estimate) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{800'000});
  for (uint16_t i = 0; i < 100; ++i) sender.offer(PacketKind::kVideo, i);
  EXPECT_LE(sender.take().size(), 5U) << "40 ms of the estimate";
  sender.run(200ms);
  EXPECT_NEAR(static_cast<double>(sender.take().size()), 0.2 * 1.5 * 800'000 / (8 * kSize), 3);
}

TEST(Pacer, sends_a_key_frame_faster) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{800'000});
  for (uint16_t i = 0; i < 100; ++i) sender.offer(PacketKind::kKeyFrame, i);
  sender.take();
  sender.run(200ms);
  EXPECT_NEAR(static_cast<double>(sender.take().size()), 0.2 * 2.5 * 800'000 / (8 * kSize), 4);
}

TEST(Pacer, audio_never_waits_and_retransmissions_overtake_video) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{400'000});
  for (uint16_t i = 0; i < 6; ++i) sender.offer(PacketKind::kVideo, i);
  EXPECT_FALSE(sender.offer(PacketKind::kVideo, 6));
  EXPECT_FALSE(sender.offer(PacketKind::kRetransmission, 100));
  EXPECT_TRUE(sender.offer(PacketKind::kAudio, 200, 100));
  const std::vector<int> at_once = sender.take();
  EXPECT_EQ(at_once.back(), 200);
  sender.run(1s);
  const std::vector<int> later = sender.take();
  EXPECT_EQ(later.front(), 100);
  EXPECT_TRUE(std::is_sorted(later.begin() + 1, later.end())) << "video stays in order";
  EXPECT_EQ(at_once.size() + later.size(), 9U);
}

TEST(Pacer, wakes_no_more_often_than_every_few_milliseconds) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{4'000'000});
  for (uint16_t i = 0; i < 200; ++i) sender.offer(PacketKind::kVideo, i);
  int wakes = 0;
  while (const auto due = sender.pacer_.next_timeout()) {
    sender.now_ = std::max(sender.now_, *due);
    sender.release();
    ++wakes;
  }
  EXPECT_LE(wakes, (sender.now_ - kStart) / 4ms + 1);
}

TEST(Pacer, gives_up_video_that_would_wait_longer_than_a_second) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{400'000});
  uint16_t number = 0;
  while (sender.is_accepted_ && number < 1000) sender.offer(PacketKind::kVideo, number++);
  EXPECT_NEAR(number, 600'000 / 8 / static_cast<int>(kSize), 8);
  EXPECT_EQ(sender.pacer_.queue_age(sender.now_), 0ns);
  sender.take();
  sender.run(2s);
  EXPECT_THAT(sender.take(), IsEmpty()) << "all of it is gone";
  EXPECT_TRUE(sender.offer(PacketKind::kVideo, 1));
}

TEST(Pacer, gives_up_video_that_has_waited_two_seconds) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{400'000});
  for (uint16_t i = 0; i < 20; ++i) sender.offer(PacketKind::kVideo, i);
  EXPECT_TRUE(sender.is_accepted_);
  sender.now_ += 2100ms;  // nobody called in between
  sender.offer(PacketKind::kVideo, 21);
  EXPECT_FALSE(sender.is_accepted_);
}

TEST(Pacer, bounds_its_queues_by_bytes) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, kEstimateMax);
  size_t bytes = 0;
  for (; sender.is_accepted_ && bytes < 10'000'000; bytes += 1200) sender.offer(PacketKind::kVideo, 0, 1200);
  EXPECT_LE(bytes, kVideoQueueBytes + 64 * 1024 + 3000);
  for (int i = 0; i < 1000; ++i) sender.offer(PacketKind::kVideo, 0, 1200);
  sender.is_accepted_ = true;
  for (int i = 0; i < 1000; ++i) sender.offer(PacketKind::kRetransmission, 1, 1200);
  EXPECT_TRUE(sender.is_accepted_) << "what is asked for again may be dropped silently";
  sender.take();
  sender.run(10s);
  EXPECT_EQ(std::ranges::count(sender.take(), 1), kRetransmissionQueueBytes / 1200);
}

TEST(Pacer, a_probe_is_filled_with_padding_at_its_rate) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{500'000});
  sender.pacer_.start_probe(sender.now_, {.id = 3, .rate = DataRate{2'000'000}, .bytes = 7'500});
  EXPECT_EQ(sender.pacer_.cluster(), 3);
  sender.release();
  sender.run(15ms);
  EXPECT_NEAR(static_cast<double>(sender.padding_), 0.018 * 2'000'000 / 8, 600);
  sender.run(30ms);
  EXPECT_NEAR(static_cast<double>(sender.padding_), 7'500, 300);
  EXPECT_EQ(sender.pacer_.cluster(), 0) << "the probe has its bytes";
  EXPECT_EQ(sender.pacer_.next_timeout(), std::nullopt);
}

TEST(Pacer, a_probe_takes_waiting_video_before_padding) {
  Sender sender;
  sender.pacer_.set_estimate(sender.now_, DataRate{200'000});
  for (uint16_t i = 0; i < 20; ++i) sender.offer(PacketKind::kVideo, i);
  sender.take();
  sender.pacer_.start_probe(sender.now_, {.id = 1, .rate = DataRate{1'000'000}, .bytes = 5'000});
  sender.run(60ms);
  EXPECT_GE(sender.take().size(), 5U);
  EXPECT_EQ(sender.padding_, 0U);
}

TEST(PacketQueue, gives_packets_back_as_they_were_and_its_memory_when_empty) {
  PacketQueue queue(1'000'000);
  for (int round = 0; round < 3; ++round) {
    for (uint8_t i = 0; i < 200; ++i) {
      const std::vector<uint8_t> payload(500, i);
      OutgoingPacket packet;
      packet.header_size = 20;
      packet.header_bytes[19] = i;
      packet.prefix_size = 2;
      packet.prefix_bytes[0] = i;
      packet.transport_sequence_at = 16;
      packet.payload = payload;
      ASSERT_TRUE(queue.push(kStart, i % 2 == 0 ? PacketKind::kKeyFrame : PacketKind::kVideo, packet));
      if (i % 3 == 0) continue;
      EXPECT_EQ(queue.bytes() % 522, 0U);
    }
    EXPECT_EQ(queue.key_frame_packets(), 100U);
    for (uint8_t i = 0; i < 200; ++i) {
      QueuedPacket packet = queue.front();
      EXPECT_EQ(packet.header()[19], i);
      EXPECT_EQ(packet.payload()[0], i);
      EXPECT_EQ(packet.payload().size(), 502U);
      packet.set_transport_sequence(0x1234);
      EXPECT_EQ(rtc::load_u16(packet.header().data() + 16), 0x1234);
      queue.pop();
    }
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0U);
  }
}

}  // namespace
}  // namespace kith::sfu
