#include "sfu/data_links.hpp"

#include <gtest/gtest.h>

namespace kith::sfu {
namespace {

constexpr Instant kStart{std::chrono::seconds(100)};

struct Connection {
  SeededRandom random{5};
  rtc::DtlsCertificate certificate = std::move(*rtc::DtlsCertificate::create());
  rtc::PeerTransport transport{{.local = rtc::IceCredentials::make(random), .certificate = certificate}, random};
  DataLinks links{transport};

  void fix_roles() {
    EXPECT_TRUE(
        transport.set_remote(rtc::IceCredentials::make(random), certificate.fingerprint(), rtc::DtlsRole::kPassive));
    links.open(kStart);
  }
};

TEST(DataLinks, labels_name_channels_both_ways) {
  for (const DataChannel channel : {DataChannel::kReliable, DataChannel::kLossy, DataChannel::kDataTrack}) {
    EXPECT_EQ(data_channel_of(label_of(channel)), channel);
  }
  EXPECT_EQ(data_channel_of("chat"), std::nullopt);
}

TEST(DataLinks, before_the_connection_knows_its_role_reliable_messages_wait_up_to_a_limit) {
  Connection connection;
  const std::string most(DataLinks::kWaitingMax, 'x');
  EXPECT_TRUE(connection.links.send(kStart, DataChannel::kReliable, most));
  EXPECT_FALSE(connection.links.send(kStart, DataChannel::kReliable, "x"));
  EXPECT_TRUE(connection.links.send(kStart, DataChannel::kLossy, "x")) << "dropped, which is what lossy means";
}

TEST(DataLinks, a_client_that_does_not_read_is_noticed_at_the_send_buffers_end) {
  Connection connection;
  connection.fix_roles();
  const std::string message(rtc::DataChannels::kMessageMax, 'x');
  size_t sent = 0;
  while (sent < 1000 && connection.links.send(kStart, DataChannel::kReliable, message)) ++sent;
  // The requests that open the channels share the buffer.
  EXPECT_EQ(sent, rtc::DataChannels::kSendBufferMax / rtc::DataChannels::kMessageMax - 1);
}

TEST(DataLinks, lossy_messages_behind_a_backlog_are_dropped_not_queued) {
  Connection connection;
  connection.fix_roles();
  const std::string message(1000, 'x');
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(connection.links.send(kStart, DataChannel::kLossy, message));
  EXPECT_LE(connection.transport.data()->buffered_amount(2) + connection.transport.data()->buffered_amount(3),
            DataLinks::kLossyBacklogMax + message.size());
}

}  // namespace
}  // namespace kith::sfu
