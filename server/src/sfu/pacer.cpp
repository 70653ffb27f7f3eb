#include "sfu/pacer.hpp"

#include <algorithm>

#include "base/deadline.hpp"

namespace kith::sfu {

namespace {

constexpr int64_t kSecond = Duration(std::chrono::seconds(1)).count();

/// Above the estimate, so that what was held back catches up. Higher fills queues on the way, lower delays frames.
constexpr double kPaceFactor = 1.5;
/// Key frames are five to ten times larger than others, and the picture waits for all of one.
constexpr double kKeyFramePaceFactor = 2.5;
/// What may leave at once is this much of the estimate: from 3.2 Mbit/s on 16 kB, a key frame in one batch for the
/// socket; below 600 kbit/s 3 kB, so that audio never finds a long queue before it.
constexpr Duration kDepth = std::chrono::milliseconds(40);
constexpr int64_t kDepthBitsMin = 8 * 3'000;
constexpr int64_t kDepthBitsMax = 8 * 64 * 1024;
/// Under congestion the queue is served this often: shorter wakes the thread more, longer makes larger bursts.
constexpr Duration kTick = std::chrono::milliseconds(5);
/// Probes are finer: their bursts must not look like queues.
constexpr Duration kProbeTick = std::chrono::milliseconds(3);
/// Video that waited longer is of no use to a call …
constexpr Duration kQueueAgeMax = std::chrono::seconds(2);
/// … nor is what will: a queue filled for a path that has become slow is given up at once.
constexpr Duration kQueueWaitMax = std::chrono::seconds(1);

/// Bits at a rate in a time, which is at most a second.
int64_t bits_in(int64_t bps, Duration time) { return bps * std::min(time.count(), kSecond) / kSecond; }
Duration time_for(int64_t bits, int64_t bps) {
  return Duration(bits * (kSecond / 1000) / std::max<int64_t>(bps / 1000, 1));
}

}  // namespace

void Pacer::set_estimate(Instant now, DataRate estimate) {
  if (!is_paced_) {
    drained_at_ = now;
    debt_bits_ = 0;
  }
  drain(now);
  is_paced_ = true;
  estimate_ = estimate;
  set_pace();
}

void Pacer::set_pace() {
  const double factor = video_.key_frame_packets() > 0 ? kKeyFramePaceFactor : kPaceFactor;
  pace_bps_ = static_cast<int64_t>(factor * static_cast<double>(estimate_.bps));
  depth_bits_ = std::clamp(bits_in(estimate_.bps, kDepth), kDepthBitsMin, kDepthBitsMax);
}

void Pacer::drain(Instant now) {
  if (now <= drained_at_) return;
  debt_bits_ = std::max<int64_t>(0, debt_bits_ - bits_in(pace_bps_, now - drained_at_));
  drained_at_ = now;
}

void Pacer::count_for_probe(size_t size) {
  probe_->sent_bytes += static_cast<uint32_t>(size);
  if (probe_->sent_bytes >= probe_->cluster.bytes) probe_.reset();
}

bool Pacer::enqueue(Instant now, PacketKind kind, const OutgoingPacket& packet) {
  if (kind == PacketKind::kRetransmission) {
    retransmissions_.push(now, kind, packet);
    return true;
  }
  const bool is_too_slow = static_cast<int64_t>(8 * video_.bytes()) > bits_in(pace_bps_, kQueueWaitMax);
  if (is_too_slow || queue_age(now) > kQueueAgeMax || !video_.push(now, kind, packet)) {
    video_.clear();
    set_pace();
    return false;
  }
  if (kind == PacketKind::kKeyFrame && video_.key_frame_packets() == 1) {
    drain(now);
    set_pace();
  }
  return true;
}

void Pacer::release(Instant now, FunctionRef<void(QueuedPacket&)> send) {
  drain(now);
  while (!is_queue_empty() && (debt_bits_ < depth_bits_ || padding_due(now) > 0)) {
    PacketQueue& queue = retransmissions_.empty() ? video_ : retransmissions_;
    QueuedPacket packet = queue.front();
    send(packet);
    queue.pop();
  }
  if (is_paced_) set_pace();
}

std::optional<Instant> Pacer::next_timeout() const {
  std::optional<Instant> next;
  if (!is_queue_empty()) {
    // A tick's worth is sent at a time, hence wait until so much has drained.
    const int64_t excess = debt_bits_ - std::max<int64_t>(0, depth_bits_ - bits_in(pace_bps_, kTick));
    next = drained_at_ + (debt_bits_ < depth_bits_ ? Duration::zero() : time_for(excess, pace_bps_));
  }
  if (probe_) next = earlier(next, probe_next_at());
  return next;
}

void Pacer::start_probe(Instant now, const ProbeCluster& probe) { probe_ = Probe{.cluster = probe, .started = now}; }

size_t Pacer::padding_due(Instant now) const {
  if (!probe_) return 0;
  const int64_t due = bits_in(probe_->cluster.rate.bps, now - probe_->started + kProbeTick) / 8;
  const int64_t missing = std::min<int64_t>(due, probe_->cluster.bytes) - probe_->sent_bytes;
  return static_cast<size_t>(std::max<int64_t>(0, missing));
}

Instant Pacer::probe_next_at() const {
  return probe_->started + time_for(int64_t{8} * probe_->sent_bytes, probe_->cluster.rate.bps);
}

Duration Pacer::queue_age(Instant now) const { return video_.empty() ? Duration::zero() : now - video_.oldest_at(); }

}  // namespace kith::sfu
