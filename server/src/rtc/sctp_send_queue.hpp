// Messages that wait for their turn: streams take turns, one message each (RFC 8260 §3.2, round robin).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace kith::rtc {

/// A message on its way out.
struct SctpOutboundMessage {
  std::string bytes;  ///< not empty
  uint16_t stream = 0;
  uint32_t protocol = 0;  ///< PPID
  bool is_unordered = false;
  std::optional<uint32_t> max_retransmits;  ///< given up after as many further attempts (RFC 7496 §3.1)
  std::optional<Instant> expires_at;        ///< given up from then on (RFC 3758 §4.1)
};

/// So a backlog on one stream delays another stream's message by one message only.
class SctpSendQueue {
 public:
  void push(SctpOutboundMessage message);
  /// The message whose turn it is; those that expired while waiting are dropped.
  std::optional<SctpOutboundMessage> pop(Instant now);

  [[nodiscard]] bool empty() const { return turns_.empty(); }
  /// Bytes of all messages.
  [[nodiscard]] size_t size() const { return size_; }
  /// Messages.
  [[nodiscard]] size_t count() const { return count_; }
  [[nodiscard]] size_t size(uint16_t stream) const;

 private:
  struct Stream {
    std::deque<SctpOutboundMessage> messages;  ///< not empty
    size_t size = 0;
  };

  std::map<uint16_t, Stream> streams_;
  std::deque<uint16_t> turns_;  ///< every stream that has messages, once
  size_t size_ = 0;
  size_t count_ = 0;
};

}  // namespace kith::rtc
