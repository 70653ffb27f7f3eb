// Data messages of one call: who a message is from, who gets it, which were seen before, and which may be asked for
// again by those who come back. Tells; sending is the caller's business.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "sfu/media_control.hpp"

namespace kith::call {

/// A participant as data messages name it.
struct DataPeer {
  std::string_view sid;
  std::string_view identity;
};

/// A message ready to be sent.
struct RoutedData {
  std::string message;  ///< says who sent it, whatever the sender wrote there
  std::vector<std::string> identities;
  std::vector<std::string> sids;

  /// True for all but the sender unless the message names its receivers.
  [[nodiscard]] bool is_for(DataPeer peer) const;
};

class DataRouter {
 public:
  /// A message of a participant, as it came. nullopt: nobody gets it: malformed, seen before, or meant for the server.
  std::optional<RoutedData> take(Instant now, DataPeer sender, sfu::DataChannel channel, std::string_view message);
  /// Number of the last reliable message of a participant; 0: none came.
  [[nodiscard]] uint32_t last_sequence(std::string_view sender_sid) const;
  /// Reliable messages of `sender_sid` beyond `last_sequence` that this receiver should have, oldest first.
  [[nodiscard]] std::vector<std::string> missed(Instant now, DataPeer receiver, std::string_view sender_sid,
                                                uint32_t last_sequence) const;
  /// The participant is gone.
  void forget(std::string_view sender_sid);

 private:
  struct Kept {
    Instant at;
    std::string sender_sid;
    uint32_t sequence;
    RoutedData data;
  };
  void keep(Kept kept);

  std::map<std::string, uint32_t, std::less<>> last_sequences_;  ///< by sender
  std::deque<Kept> kept_;                                        ///< oldest first
  size_t kept_bytes_ = 0;
};

}  // namespace kith::call
