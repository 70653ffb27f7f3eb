#include "rtc/data_channels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "unit/rtc/sctp_network.hpp"

namespace kith::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Bytes of which no two parts look alike.
std::string make_payload(size_t size, uint64_t seed) {
  std::string bytes(size, '\0');
  SeededRandom(seed).fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

/// Opens a channel of `a` and waits until both ends know it.
uint16_t open(SctpNetwork& network, ChannelOptions options) {
  const auto before = count_of<ChannelOpened>(network.events_of_a());
  const auto id = network.a().open_channel(std::move(options));
  EXPECT_TRUE(id.has_value());
  EXPECT_TRUE(network.run_until([&] { return count_of<ChannelOpened>(network.events_of_a()) > before; }));
  return id.value_or(0);
}

std::vector<std::string> messages_of(const std::vector<ChannelEvent>& events) {
  std::vector<std::string> messages;
  for (const auto& event : events_of<MessageReceived>(events)) messages.push_back(event.message);
  return messages;
}

SendStatus send(SctpNetwork& network, uint16_t channel, std::string_view message) {
  return network.a().send(network.now(), channel, as_bytes(message), false);
}

TEST(DataChannels, peer_learns_label_and_reliability_of_a_channel) {
  SctpNetwork network;
  const ChannelOptions options{.label = "_lossy", .protocol = "p", .is_ordered = false, .max_retransmits = 0};
  const uint16_t id = open(network, options);
  EXPECT_EQ(id, 0);
  const ChannelOpened opened{.channel = id, .options = options, .is_ours = false};
  EXPECT_EQ(network.events_of_b(), std::vector<ChannelEvent>{opened});
  EXPECT_EQ(network.events_of_a(), (std::vector<ChannelEvent>{ChannelOpened{id, options, true}}));
}

TEST(DataChannels, channel_is_open_and_used_after_one_and_a_half_round_trips) {
  SctpNetwork network({.delay = milliseconds(50)});
  const Instant start = network.now();
  const auto id = network.a().open_channel({.label = "_reliable"});
  send(network, *id, "first");
  ASSERT_TRUE(network.run_until([&] { return !messages_of(network.events_of_b()).empty(); }));
  EXPECT_EQ(network.now() - start, milliseconds(150));
}

TEST(DataChannels, both_ends_may_begin_at_once) {
  SctpNetwork network;
  const auto from_a = network.a().open_channel({.label = "a"});
  const auto from_b = network.b().open_channel({.label = "b"});
  EXPECT_EQ(from_a, 0);
  EXPECT_EQ(from_b, 1);
  ASSERT_TRUE(
      network.run_until([&] { return network.events_of_a().size() == 2 && network.events_of_b().size() == 2; }));
  EXPECT_EQ(count_of<ChannelOpened>(network.events_of_a()), 2);
  EXPECT_EQ(count_of<ChannelOpened>(network.events_of_b()), 2);
}

TEST(DataChannels, text_binary_and_empty_messages_arrive_as_what_they_were) {
  SctpNetwork network;
  const uint16_t id = open(network, {.label = "x"});
  EXPECT_EQ(network.a().send(network.now(), id, as_bytes("text"), true), SendStatus::kQueued);
  EXPECT_EQ(network.a().send(network.now(), id, as_bytes("bytes"), false), SendStatus::kQueued);
  EXPECT_EQ(network.a().send(network.now(), id, {}, true), SendStatus::kQueued);
  EXPECT_EQ(network.a().send(network.now(), id, {}, false), SendStatus::kQueued);
  ASSERT_TRUE(network.run_until([&] { return count_of<MessageReceived>(network.events_of_b()) == 4; }));
  EXPECT_EQ(events_of<MessageReceived>(network.events_of_b()),
            (std::vector<MessageReceived>{{id, "text", true}, {id, "bytes", false}, {id, "", true}, {id, "", false}}));
}

TEST(DataChannels, five_megabytes_arrive_intact_and_in_order_at_ten_percent_loss) {
  for (const uint64_t seed : {1, 2, 3}) {
    SctpNetwork network({.seed = seed,
                         .loss_percent = 10,
                         .duplicate_percent = 2,
                         .delay = milliseconds(20),
                         .jitter = milliseconds(5)});
    const uint16_t id = open(network, {.label = "_reliable"});
    std::vector<std::string> sent;
    for (size_t i = 0; i < 80; ++i) sent.push_back(make_payload(64'000, i));
    for (const auto& message : sent) ASSERT_EQ(send(network, id, message), SendStatus::kQueued);
    ASSERT_TRUE(network.run_until([&] { return count_of<MessageReceived>(network.events_of_b()) == sent.size(); },
                                  seconds(600)))
        << "seed " << seed;
    EXPECT_TRUE(messages_of(network.events_of_b()) == sent) << "seed " << seed;
    ASSERT_TRUE(network.run_until([&] { return network.a().buffered_amount(id) == 0; }));
  }
}

TEST(DataChannels, clean_path_is_soon_filled) {
  SctpNetwork network({.delay = milliseconds(20)});
  const uint16_t id = open(network, {.label = "_reliable"});
  const Instant start = network.now();
  for (size_t i = 0; i < 80; ++i) ASSERT_EQ(send(network, id, make_payload(64'000, i)), SendStatus::kQueued);
  ASSERT_TRUE(network.run_until([&] { return count_of<MessageReceived>(network.events_of_b()) == 80; }));
  EXPECT_LT(network.now() - start, seconds(1));
  // 5.12 MB in packets of 1160 bytes of payload, and an acknowledgement for every second.
  EXPECT_LT(network.sent(), 7000U);
}

TEST(DataChannels, losses_do_not_stop_an_unordered_channel_without_repetitions) {
  SctpNetwork network({.seed = 7, .loss_percent = 20});
  const uint16_t id = open(network, {.label = "_lossy", .is_ordered = false, .max_retransmits = 0});
  constexpr size_t kMessages = 500;
  Duration longest{};
  for (size_t i = 0; i < kMessages; ++i) {
    const size_t before = count_of<MessageReceived>(network.events_of_b());
    const Instant sent_at = network.now();
    ASSERT_EQ(send(network, id, "position " + std::to_string(i)), SendStatus::kQueued);
    network.run_for(milliseconds(20));
    if (count_of<MessageReceived>(network.events_of_b()) > before) longest = std::max(longest, network.now() - sent_at);
  }
  const auto received = messages_of(network.events_of_b());
  EXPECT_LT(received.size(), kMessages * 88 / 100);
  EXPECT_GT(received.size(), kMessages * 70 / 100);
  EXPECT_EQ(longest, milliseconds(20));
  auto distinct = received;
  std::ranges::sort(distinct);
  EXPECT_EQ(std::ranges::unique(distinct).begin(), distinct.end());
}

TEST(DataChannels, ordered_channel_without_repetitions_skips_what_is_lost_and_keeps_the_order) {
  SctpNetwork network({.seed = 5, .loss_percent = 10, .jitter = milliseconds(3)});
  const uint16_t id = open(network, {.label = "state", .is_ordered = true, .max_retransmits = 0});
  for (size_t i = 0; i < 300; ++i) {
    ASSERT_EQ(send(network, id, make_payload(3000, i) + std::to_string(1000 + i)), SendStatus::kQueued);
    network.run_for(milliseconds(5));
  }
  network.set_loss(0);
  send(network, id, "9999");
  ASSERT_TRUE(network.run_until([&] {
    const auto messages = messages_of(network.events_of_b());
    return !messages.empty() && messages.back() == "9999";
  }));
  std::vector<std::string> numbers;
  for (const auto& message : messages_of(network.events_of_b())) numbers.push_back(message.substr(message.size() - 4));
  EXPECT_TRUE(std::ranges::is_sorted(numbers));
  EXPECT_GT(numbers.size(), 100U);
  EXPECT_LT(numbers.size(), 301U);
}

TEST(DataChannels, message_that_is_given_up_half_sent_does_not_spoil_the_next) {
  SctpNetwork network;
  const uint16_t id = open(network, {.label = "x", .is_ordered = true, .max_lifetime_ms = 30});
  // More than the first window: its rest expires before it may leave.
  ASSERT_EQ(send(network, id, make_payload(200'000, 1)), SendStatus::kQueued);
  network.run_for(milliseconds(200));
  ASSERT_EQ(send(network, id, "next"), SendStatus::kQueued);
  ASSERT_TRUE(network.run_until([&] { return count_of<MessageReceived>(network.events_of_b()) == 1; }));
  EXPECT_EQ(messages_of(network.events_of_b()), std::vector<std::string>{"next"});
  EXPECT_FALSE(network.b().is_lost());
}

TEST(DataChannels, backlog_on_one_channel_delays_another_by_one_message_only) {
  SctpNetwork network;
  const uint16_t files = open(network, {.label = "_reliable"});
  const uint16_t lossy = open(network, {.label = "_lossy", .is_ordered = false, .max_retransmits = 0});
  for (size_t i = 0; i < 40; ++i) send(network, files, make_payload(60'000, i));
  send(network, lossy, "now");
  ASSERT_TRUE(network.run_until([&] {
    const auto messages = messages_of(network.events_of_b());
    return std::ranges::find(messages, "now") != messages.end();
  }));
  EXPECT_LE(count_of<MessageReceived>(network.events_of_b()), 3U);
}

TEST(DataChannels, longest_message_passes_and_one_byte_more_does_not) {
  SctpNetwork network;
  const uint16_t id = open(network, {.label = "x"});
  const std::string longest = make_payload(DataChannels::kMessageMax, 1);
  EXPECT_EQ(send(network, id, longest), SendStatus::kQueued);
  EXPECT_EQ(send(network, id, longest + "x"), SendStatus::kTooLong);
  ASSERT_TRUE(network.run_until([&] { return count_of<MessageReceived>(network.events_of_b()) == 1; }));
  EXPECT_TRUE(messages_of(network.events_of_b()).front() == longest);
}

TEST(DataChannels, full_send_buffer_says_so_and_takes_more_when_the_peer_has_read) {
  SctpNetwork network;
  const uint16_t id = open(network, {.label = "x"});
  const std::string message = make_payload(250'000, 1);
  size_t queued = 0;
  while (send(network, id, message) == SendStatus::kQueued) ++queued;
  EXPECT_EQ(send(network, id, message), SendStatus::kFull);
  EXPECT_GE(queued * message.size(), DataChannels::kSendBufferMax - 2 * message.size());
  EXPECT_LE(queued * message.size(), DataChannels::kSendBufferMax);
  ASSERT_TRUE(
      network.run_until([&] { return count_of<MessageReceived>(network.events_of_b()) == queued; }, seconds(600)));
  network.run_for(seconds(1));
  EXPECT_EQ(send(network, id, message), SendStatus::kQueued);
}

TEST(DataChannels, tiny_messages_fill_the_send_buffer_too) {
  SctpNetwork network;
  const uint16_t id = open(network, {.label = "x"});
  size_t queued = 0;
  while (send(network, id, "x") == SendStatus::kQueued) ++queued;
  EXPECT_LT(queued, DataChannels::kSendBufferMax / 64);
}

TEST(DataChannels, one_channel_more_than_allowed_is_refused) {
  SctpNetwork network;
  const size_t own_ids = DataChannels::kChannelsMax / 2;
  for (size_t i = 0; i < own_ids; ++i) ASSERT_TRUE(network.a().open_channel({.label = "x"})) << i;
  EXPECT_FALSE(network.a().open_channel({.label = "x"}));
  ASSERT_TRUE(network.run_until([&] { return count_of<ChannelOpened>(network.events_of_b()) == own_ids; }));
}

TEST(DataChannels, names_that_are_too_long_are_refused) {
  SctpNetwork network;
  EXPECT_FALSE(network.a().open_channel({.label = std::string(kChannelNameMax + 1, 'x')}));
  EXPECT_FALSE(network.a().open_channel({.protocol = std::string(kChannelNameMax + 1, 'x')}));
  EXPECT_TRUE(network.a().open_channel({.label = std::string(kChannelNameMax, 'x')}));
}

TEST(DataChannels, closing_delivers_what_is_queued_and_closes_both_ends) {
  SctpNetwork network({.seed = 3, .loss_percent = 10});
  const uint16_t id = open(network, {.label = "x"});
  for (size_t i = 0; i < 20; ++i) send(network, id, make_payload(10'000, i));
  network.a().close_channel(id);
  EXPECT_EQ(send(network, id, "late"), SendStatus::kClosed);
  ASSERT_TRUE(network.run_until([&] { return count_of<ChannelClosed>(network.events_of_a()) == 1; }));
  EXPECT_EQ(count_of<MessageReceived>(network.events_of_b()), 20U);
  EXPECT_TRUE(std::holds_alternative<ChannelClosed>(network.events_of_b().back()));
}

TEST(DataChannels, id_of_a_closed_channel_is_used_again) {
  SctpNetwork network({.seed = 4, .loss_percent = 5});
  for (int round = 0; round < 5; ++round) {
    const uint16_t id = open(network, {.label = std::to_string(round)});
    EXPECT_EQ(id, 0);
    send(network, id, "in round " + std::to_string(round));
    network.a().close_channel(id);
    ASSERT_TRUE(network.run_until([&] { return count_of<ChannelClosed>(network.events_of_a()) == size_t(round) + 1; }));
    network.run_for(seconds(4));
  }
  EXPECT_EQ(messages_of(network.events_of_b()).size(), 5U);
  EXPECT_EQ(messages_of(network.events_of_b()).back(), "in round 4");
}

TEST(DataChannels, peer_that_closes_ends_our_side_too) {
  SctpNetwork network;
  const uint16_t id = open(network, {.label = "x"});
  network.b().close_channel(id);
  ASSERT_TRUE(network.run_until([&] {
    return count_of<ChannelClosed>(network.events_of_a()) == 1 && count_of<ChannelClosed>(network.events_of_b()) == 1;
  }));
  EXPECT_EQ(send(network, id, "late"), SendStatus::kClosed);
}

TEST(DataChannels, twenty_five_seconds_without_a_path_lose_and_double_nothing) {
  SctpNetwork network;
  const uint16_t id = open(network, {.label = "_reliable"});
  const auto nothing_passes = [](bool, Bytes) { return false; };
  network.set_filter(nothing_passes);
  for (size_t i = 0; i < 50; ++i) {
    send(network, id, std::to_string(i));
    network.run_for(milliseconds(500));
  }
  network.clear_filter();
  const Instant back = network.now();
  ASSERT_TRUE(network.run_until([&] { return count_of<MessageReceived>(network.events_of_b()) == 50; }));
  EXPECT_LE(network.now() - back, seconds(4));
  network.run_for(seconds(5));
  const auto messages = messages_of(network.events_of_b());
  ASSERT_EQ(messages.size(), 50U);
  for (size_t i = 0; i < 50; ++i) EXPECT_EQ(messages[i], std::to_string(i));
}

TEST(DataChannels, silent_peer_counts_as_lost_after_a_minute_or_two) {
  SctpNetwork network;
  const uint16_t id = open(network, {.label = "x"});
  const auto nothing_passes = [](bool, Bytes) { return false; };
  network.set_filter(nothing_passes);
  send(network, id, "anybody there");
  ASSERT_TRUE(network.run_until([&] { return network.a().is_lost(); }, seconds(120)));
  EXPECT_EQ(network.events_of_a().back(), ChannelEvent(AssociationLost{SctpLoss::kNoAnswer}));
  EXPECT_EQ(send(network, id, "late"), SendStatus::kClosed);
  EXPECT_FALSE(network.a().open_channel({.label = "late"}));
  EXPECT_EQ(network.a().next_timeout(), std::nullopt);
  // The other end had nothing to say: its heartbeats find out.
  ASSERT_TRUE(network.run_until([&] { return network.b().is_lost(); }, seconds(180)));
}

TEST(DataChannels, handshake_nobody_answers_is_given_up) {
  SctpNetwork network({.loss_percent = 100});
  network.a().open_channel({.label = "x"});
  ASSERT_TRUE(network.run_until([&] { return network.a().is_lost(); }, seconds(120)));
}

TEST(DataChannels, idle_association_stays_up_and_is_quiet) {
  SctpNetwork network;
  open(network, {.label = "x"});
  network.run_for(seconds(2));
  const size_t before = network.sent();
  network.run_for(std::chrono::hours(1));
  EXPECT_FALSE(network.a().is_lost());
  EXPECT_FALSE(network.b().is_lost());
  EXPECT_LE(network.sent() - before, 2 * 2 * 121U);
}

TEST(DataChannels, abort_tells_the_peer) {
  SctpNetwork network;
  open(network, {.label = "x"});
  network.a().abort();
  ASSERT_TRUE(network.run_until([&] { return network.b().is_lost(); }, seconds(1)));
  EXPECT_EQ(network.events_of_b().back(), ChannelEvent(AssociationLost{SctpLoss::kClosedByPeer}));
  EXPECT_EQ(count_of<AssociationLost>(network.events_of_a()), 0U);
}

}  // namespace
}  // namespace kith::rtc
