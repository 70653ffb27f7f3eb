#include "sfu/retransmission_limit.hpp"

namespace kith::sfu {

bool RetransmissionLimit::admit(Instant now, int64_t sequence, int64_t newest, Duration rtt) {
  if (sequence > newest || sequence <= newest - kWindow) return false;
  if (sent_.empty()) sent_.resize(static_cast<size_t>(kWindow));
  Sent& sent = sent_[static_cast<size_t>(sequence % kWindow)];
  if (sent.sequence != sequence) sent = {.sequence = sequence, .at = now, .times = 0};
  if (sent.times >= kTimesMax || (sent.times > 0 && now - sent.at < rtt)) return false;
  sent.at = now;
  ++sent.times;
  return true;
}

}  // namespace kith::sfu
