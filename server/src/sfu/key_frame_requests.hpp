// When to ask a publisher for a key frame: wishes of many viewers become few requests.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace kith::sfu {

class KeyFrameRequests {
 public:
  /// Between two requests for one encoding. Lower: storms of key frames that cost everyone bandwidth; higher: viewers
  /// wait. Source: LiveKit asks at most this often, 500 ms for the lowest encoding, else 1 s.
  static constexpr Duration kIntervalLow = std::chrono::milliseconds(500);
  static constexpr Duration kIntervalHigh = std::chrono::seconds(1);
  /// A publisher that sends no key frame this long after a wish has none to send; the next wish begins anew.
  static constexpr Duration kGiveUp = std::chrono::seconds(5);

  explicit KeyFrameRequests(Duration interval) : interval_(interval) {}

  /// Somebody wants a key frame; may be called for every packet.
  void want(Instant now);
  /// A key frame begins: wishes before it are fulfilled.
  void handle_key_frame() { wanted_since_.reset(); }
  /// True if a request must leave now. `is_live`: packets of the encoding come; nothing is repeated to a dead one.
  bool take_due(Instant now, bool is_live);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

 private:
  Duration interval_;
  std::optional<Instant> wanted_since_;
  std::optional<Instant> asked_at_;
};

}  // namespace kith::sfu
