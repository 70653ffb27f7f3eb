// Spreads what leaves for one subscriber over time, so that bursts do not fill queues on the way.
//
// A leaky bucket: what is sent is debt, and debt drains at the pace, which is above the estimate. While there is room a
// packet leaves at once and costs a few additions. Otherwise it waits in a queue: retransmissions first, then video in
// order. Audio never waits: it is little, and late audio is lost audio.
#pragma once

#include <cstdint>
#include <optional>

#include "base/function_ref.hpp"
#include "base/time.hpp"
#include "sfu/media_packet.hpp"
#include "sfu/packet_queue.hpp"
#include "sfu/probe_cluster.hpp"

namespace kith::sfu {

class Pacer {
 public:
  /// The pace follows from the estimate; before the first call nothing is held back.
  void set_estimate(Instant now, DataRate estimate);

  /// True: send the packet now. False: `enqueue` it.
  bool try_send(Instant now, PacketKind kind) {
    if (kind == PacketKind::kAudio || !is_paced_) return true;
    if (!is_queue_empty()) return false;
    drain(now);
    return debt_bits_ < depth_bits_;
  }
  /// Each packet that leaves, whatever allowed it.
  void on_sent(size_t size) {
    debt_bits_ += static_cast<int64_t>(8 * size);
    if (probe_) count_for_probe(size);
  }
  /// Keeps a copy until there is room. False: the queue was full or its oldest packet two seconds old; then all video
  /// that waited was dropped, and so was this packet, for what follows a hole cannot be decoded: ask for key frames.
  /// Retransmissions beyond their queue are dropped silently; they are asked for again.
  bool enqueue(Instant now, PacketKind kind, const OutgoingPacket& packet);

  /// Sends what may leave now. `send` gets each packet, whose transport sequence number is still to be written.
  void release(Instant now, FunctionRef<void(QueuedPacket&)> send);
  /// When `release` or `padding_due` will have something; nullopt: nothing waits.
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  /// From now on what is sent belongs to the probe until it has its bytes; one that runs is given up.
  void start_probe(Instant now, const ProbeCluster& probe);
  /// Nothing is left to probe with.
  void cancel_probe() { probe_.reset(); }
  /// Bytes of padding the probe needs now; 0: none.
  [[nodiscard]] size_t padding_due(Instant now) const;
  /// The probe that packets sent now belong to; 0: none.
  [[nodiscard]] uint8_t cluster() const { return probe_ ? probe_->cluster.id : uint8_t{0}; }

  /// How long the oldest packet has been waiting.
  [[nodiscard]] Duration queue_age(Instant now) const;

 private:
  struct Probe {
    ProbeCluster cluster;
    Instant started{};
    uint32_t sent_bytes = 0;
  };

  [[nodiscard]] bool is_queue_empty() const { return retransmissions_.empty() && video_.empty(); }
  void drain(Instant now);
  void count_for_probe(size_t size);
  void set_pace();
  [[nodiscard]] Instant probe_next_at() const;

  PacketQueue retransmissions_{kRetransmissionQueueBytes};
  PacketQueue video_{kVideoQueueBytes};
  bool is_paced_ = false;
  DataRate estimate_;
  int64_t pace_bps_ = 0;
  int64_t depth_bits_ = 0;  ///< debt up to which packets leave at once
  int64_t debt_bits_ = 0;
  Instant drained_at_{};
  std::optional<Probe> probe_;
};

}  // namespace kith::sfu
