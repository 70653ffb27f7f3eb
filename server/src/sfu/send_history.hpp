// Which packets left when, by transport-wide sequence number, until feedback tells what became of them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "rtc/rtcp.hpp"

namespace kith::sfu {

/// What feedback says of one packet we sent.
struct PacketResult {
  Instant sent{};
  std::optional<Instant> arrived;  ///< on the receiver's clock: only differences mean anything; nullopt: lost
  uint16_t size = 0;
  uint8_t cluster = 0;
  bool was_lost = false;  ///< arrived after feedback had called it lost
};

class SendHistory {
 public:
  /// Numbers a packet that leaves now.
  uint16_t on_sent(Instant now, uint16_t size, uint8_t cluster);
  /// Appends a result for each packet not known to have arrived before, in the order sent. What was never sent, or so
  /// long ago that it is forgotten, is left out.
  void handle_feedback(const rtc::TransportFeedback& feedback, std::vector<PacketResult>& results);
  /// When the newest packet left; the clock's beginning before the first.
  [[nodiscard]] Instant newest_sent() const { return newest_sent_; }

 private:
  enum class State : uint8_t { kNone, kInFlight, kLost, kArrived };
  struct Entry {
    Instant sent{};
    uint32_t sequence = 0;  ///< the low bits of the unwrapped number: tells an entry from an overwritten one
    uint16_t size = 0;
    uint8_t cluster = 0;
    State state = State::kNone;
  };
  /// A small start, doubled while feedback may still come for what would be overwritten.
  static constexpr size_t kEntriesMin = 128;
  static constexpr size_t kEntriesMax = 16'384;  ///< 3 s at 50 Mbit/s of 1,200 bytes; a power of two below 2^15
  static constexpr Duration kAwaited = std::chrono::seconds(2);

  [[nodiscard]] Entry& entry_of(uint32_t sequence) { return entries_[sequence & (entries_.size() - 1)]; }
  void grow();

  std::vector<Entry> entries_;
  uint32_t next_ = 1;  ///< the wire's number is its lower half
  Instant newest_sent_{};
  std::optional<int32_t> newest_reference_;  ///< of the last feedback, 24 bits
  int64_t reference_ = 0;                    ///< the same unwrapped
};

}  // namespace kith::sfu
