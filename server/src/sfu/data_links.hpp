// The three data channels of a call on one connection, known by their labels (spec §2.4).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/peer_transport.hpp"
#include "sfu/media_control.hpp"

namespace kith::sfu {

inline constexpr size_t kDataChannelCount = 3;

std::string_view label_of(DataChannel channel);
std::optional<DataChannel> data_channel_of(std::string_view label);

/// The sending side, on a subscriber's connection, where we open the channels.
class DataLinks {
 public:
  /// A lossy message is dropped when so much waits before it: it would come too late anyway.
  static constexpr size_t kLossyBacklogMax = 64 * 1024;
  /// Reliable messages that wait for the connection to come up.
  static constexpr size_t kWaitingMax = 1024 * 1024;

  explicit DataLinks(rtc::PeerTransport& transport) : transport_(transport) {}

  /// The transport knows its role: opens the channels, once, and sends what waited.
  void open(Instant now);
  /// False: a reliable message was refused because too many wait. What is sent leaves when the transport flushes.
  bool send(Instant now, DataChannel channel, std::string_view message);

 private:
  rtc::PeerTransport& transport_;
  std::array<std::optional<uint16_t>, kDataChannelCount> channels_;
  std::vector<std::string> waiting_;
  size_t waiting_bytes_ = 0;
  bool is_open_ = false;
};

}  // namespace kith::sfu
