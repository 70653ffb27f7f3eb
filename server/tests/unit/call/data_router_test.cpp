#include "call/data_router.hpp"

#include <gtest/gtest.h>

#include "call/signal_limits.hpp"
#include "livekit/models.pb.h"

namespace kith::call {
namespace {

using livekit::DataPacket;
using sfu::DataChannel;

constexpr Instant kStart{std::chrono::seconds(100)};
constexpr DataPeer kAlice{.sid = "PA_alice", .identity = "alice"};
constexpr DataPeer kBob{.sid = "PA_bob", .identity = "bob"};

std::string numbered(uint32_t number, size_t payload = 1) {
  DataPacket packet;
  packet.set_sequence(number);
  packet.mutable_user()->set_payload(std::string(payload, 'x'));
  return packet.SerializeAsString();
}

DataPacket parse(const std::string& message) {
  DataPacket packet;
  EXPECT_TRUE(packet.ParseFromString(message));
  return packet;
}

TEST(DataRouterTest, the_sender_s_name_is_the_truth_whatever_the_sender_wrote) {
  DataRouter router;
  DataPacket packet;
  packet.set_participant_identity("bob");
  packet.set_participant_sid("PA_bob");
  packet.mutable_user()->set_participant_sid("PA_bob");
  packet.mutable_user()->set_participant_identity("bob");
  packet.mutable_user()->set_topic("chat");
  // Twice: the parts of a message that comes in pieces are merged by whoever reads it.
  const auto routed =
      router.take(kStart, kAlice, DataChannel::kReliable, packet.SerializeAsString() + packet.SerializeAsString());
  ASSERT_TRUE(routed);
  const DataPacket out = parse(routed->message);
  EXPECT_EQ(out.participant_identity(), "alice");
  EXPECT_EQ(out.participant_sid(), "PA_alice");
  EXPECT_EQ(out.user().participant_sid(), "PA_alice");
  EXPECT_EQ(out.user().participant_identity(), "alice");
  EXPECT_EQ(out.user().topic(), "chat");
  EXPECT_EQ(routed->message.find("PA_bob"), std::string::npos);
}

TEST(DataRouterTest, what_we_do_not_know_of_a_message_passes_byte_for_byte) {
  DataRouter router;
  const std::string encrypted =
      "\x92\x01\x08"
      "\x08\x01\x12\x01i\x18\x02\x22";  // field 18, cut on purpose inside
  const auto routed = router.take(kStart, kAlice, DataChannel::kReliable, encrypted);
  ASSERT_TRUE(routed);
  EXPECT_NE(routed->message.find(encrypted), std::string::npos);
}

TEST(DataRouterTest, the_channel_tells_the_kind_because_clients_get_it_wrong) {
  DataRouter router;
  DataPacket packet;
  packet.set_kind(DataPacket::LOSSY);
  EXPECT_EQ(parse(router.take(kStart, kAlice, DataChannel::kReliable, packet.SerializeAsString())->message).kind(),
            DataPacket::RELIABLE);
  EXPECT_EQ(parse(router.take(kStart, kAlice, DataChannel::kLossy, "")->message).kind(), DataPacket::LOSSY);
}

TEST(DataRouterTest, receivers_are_all_or_those_named_in_new_or_old_words) {
  DataRouter router;
  EXPECT_TRUE(router.take(kStart, kAlice, DataChannel::kLossy, "")->is_for(kBob));
  DataPacket to_carol;
  to_carol.add_destination_identities("carol");
  auto routed = router.take(kStart, kAlice, DataChannel::kLossy, to_carol.SerializeAsString());
  EXPECT_FALSE(routed->is_for(kBob));
  DataPacket old_words;
  old_words.mutable_user()->add_destination_identities("bob");
  routed = router.take(kStart, kAlice, DataChannel::kLossy, old_words.SerializeAsString());
  EXPECT_TRUE(routed->is_for(kBob));
  EXPECT_FALSE(routed->is_for({.sid = "PA_carol", .identity = "carol"}));
  DataPacket oldest_words;
  oldest_words.mutable_user()->add_destination_sids("PA_bob");
  routed = router.take(kStart, kAlice, DataChannel::kLossy, oldest_words.SerializeAsString());
  EXPECT_TRUE(routed->is_for(kBob));
  EXPECT_FALSE(routed->is_for({.sid = "PA_carol", .identity = "carol"}));
}

TEST(DataRouterTest, a_reliable_message_sent_again_reaches_nobody_twice) {
  DataRouter router;
  EXPECT_TRUE(router.take(kStart, kAlice, DataChannel::kReliable, numbered(1)));
  EXPECT_TRUE(router.take(kStart, kAlice, DataChannel::kReliable, numbered(2)));
  EXPECT_FALSE(router.take(kStart, kAlice, DataChannel::kReliable, numbered(1)));
  EXPECT_FALSE(router.take(kStart, kAlice, DataChannel::kReliable, numbered(2)));
  EXPECT_TRUE(router.take(kStart, kBob, DataChannel::kReliable, numbered(1))) << "each sender counts for itself";
  EXPECT_EQ(router.last_sequence("PA_alice"), 2U);
  EXPECT_TRUE(router.take(kStart, kAlice, DataChannel::kLossy, numbered(1))) << "lossy messages are not numbered";
  router.forget("PA_alice");
  EXPECT_EQ(router.last_sequence("PA_alice"), 0U);
}

TEST(DataRouterTest, messages_for_the_server_or_from_agents_only_are_not_passed_on) {
  DataRouter router;
  DataPacket metrics;
  metrics.set_metrics("m");
  EXPECT_FALSE(router.take(kStart, kAlice, DataChannel::kReliable, metrics.SerializeAsString()));
  DataPacket transcription;
  transcription.set_transcription("t");
  EXPECT_FALSE(router.take(kStart, kAlice, DataChannel::kReliable, transcription.SerializeAsString()));
  EXPECT_FALSE(router.take(kStart, kAlice, DataChannel::kDataTrack, ""));
  EXPECT_FALSE(router.take(kStart, kAlice, DataChannel::kReliable, "\xFF"));
}

TEST(DataRouterTest, recent_messages_can_be_asked_for_again_by_those_they_were_for) {
  DataRouter router;
  router.take(kStart, kAlice, DataChannel::kReliable, numbered(1));
  DataPacket to_carol;
  to_carol.set_sequence(2);
  to_carol.add_destination_identities("carol");
  router.take(kStart, kAlice, DataChannel::kReliable, to_carol.SerializeAsString());
  router.take(kStart, kAlice, DataChannel::kReliable, numbered(3));
  const auto missed = router.missed(kStart, kBob, "PA_alice", 0);
  ASSERT_EQ(missed.size(), 2U);
  EXPECT_EQ(parse(missed[0]).sequence(), 1U);
  EXPECT_EQ(parse(missed[1]).sequence(), 3U);
  EXPECT_EQ(router.missed(kStart, kBob, "PA_alice", 1).size(), 1U);
  EXPECT_TRUE(router.missed(kStart, kBob, "PA_nobody", 0).empty());
}

TEST(DataRouterTest, messages_are_kept_for_two_seconds) {
  DataRouter router;
  router.take(kStart, kAlice, DataChannel::kReliable, numbered(1));
  EXPECT_EQ(router.missed(kStart + kReplayTime, kBob, "PA_alice", 0).size(), 1U);
  EXPECT_TRUE(router.missed(kStart + kReplayTime + std::chrono::milliseconds(1), kBob, "PA_alice", 0).empty());
}

TEST(DataRouterTest, no_more_than_a_hundred_kilobytes_are_kept) {
  DataRouter router;
  constexpr size_t kMessage = 10'000;
  for (uint32_t number = 1; number <= 20; ++number) {
    router.take(kStart, kAlice, DataChannel::kReliable, numbered(number, kMessage));
  }
  const auto missed = router.missed(kStart, kBob, "PA_alice", 0);
  size_t bytes = 0;
  for (const auto& message : missed) bytes += message.size();
  EXPECT_LE(bytes, kReplayBytesMax);
  EXPECT_GT(bytes, kReplayBytesMax - 2 * kMessage);
  EXPECT_EQ(parse(missed.back()).sequence(), 20U) << "the newest are kept";
}

}  // namespace
}  // namespace kith::call
