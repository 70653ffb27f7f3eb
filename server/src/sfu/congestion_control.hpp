// Sending to one subscriber no faster than its path carries: estimator and pacer together.
//
// A packet: 1. `try_send` – 2. yes: `on_sent`, write the number, protect, send – 3. no: `enqueue`; it comes back
// through `release`, where the same is done. Peers that negotiated neither transport-cc nor goog-remb need none of
// this.
#pragma once

#include <cstdint>
#include <optional>

#include "base/function_ref.hpp"
#include "base/time.hpp"
#include "rtc/rtcp.hpp"
#include "sfu/bandwidth_estimator.hpp"
#include "sfu/pacer.hpp"

namespace kith::sfu {

class CongestionControl {
 public:
  /// `now`: when the connection came up; the first probes leave at once.
  explicit CongestionControl(Instant now);

  /// True: send the packet now. False: `enqueue` it.
  bool try_send(Instant now, PacketKind kind) { return pacer_.try_send(now, kind); }
  /// Keeps a copy until there is room. False: everything that waited was dropped; ask for key frames.
  bool enqueue(Instant now, PacketKind kind, const OutgoingPacket& packet) { return pacer_.enqueue(now, kind, packet); }
  /// Just before protecting any packet, also one that `handle_timeout` gave: its transport-wide sequence number.
  uint16_t on_sent(Instant now, size_t size) {
    const uint8_t cluster = pacer_.cluster();
    pacer_.on_sent(size);
    return estimator_.on_sent(now, size, cluster);
  }

  void handle_feedback(Instant now, const rtc::TransportFeedback& feedback);
  /// For peers without transport-wide feedback.
  void handle_receiver_report(Instant now, uint8_t fraction_lost);
  void handle_remb(Instant now, DataRate limit);
  /// `Allocator::wanted`.
  void set_wanted(DataRate wanted) { estimator_.set_wanted(wanted); }

  [[nodiscard]] DataRate estimate() const { return estimator_.estimate(); }
  [[nodiscard]] Duration rtt() const { return estimator_.rtt(); }
  [[nodiscard]] double loss() const { return estimator_.loss(); }
  [[nodiscard]] Duration queue_age(Instant now) const { return pacer_.queue_age(now); }

  /// What is due: `send` gets each packet that waited; `send_padding` shall send one packet of padding (255 bytes of it
  /// on an RTX stream, or an old packet once more) and return its size, 0 if it has none.
  void handle_timeout(Instant now, FunctionRef<void(QueuedPacket&)> send, FunctionRef<size_t()> send_padding);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  /// The part of it that sending moves.
  [[nodiscard]] std::optional<Instant> paced_at() const { return pacer_.next_timeout(); }

 private:
  BandwidthEstimator estimator_;
  Pacer pacer_;
};

}  // namespace kith::sfu
