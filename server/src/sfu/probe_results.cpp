#include "sfu/probe_results.hpp"

#include <algorithm>

namespace kith::sfu {

namespace {

constexpr uint32_t kPacketsMin = 3;
constexpr double kBytesKnown = 0.8;
/// Up to this part of a probe may be lost as if it had arrived: of six packets one lost by chance is no verdict.
constexpr uint32_t kForgiven = 4;
constexpr uint32_t kWreck = 3;  ///< more than this part lost: the probe tells nothing
/// Arriving slower than this share of how they were sent, the packets filled the path: then a bit less than what
/// arrived is used, to let the queue empty.
constexpr double kUnsaturated = 0.9;
constexpr double kSaturated = 0.95;
constexpr Duration kIntervalMin = std::chrono::milliseconds(1);

double rate_of(uint32_t bytes, Duration interval) {
  return 8 * bytes / std::chrono::duration<double>(std::max(interval, kIntervalMin)).count();
}

}  // namespace

void ProbeResults::expect(const ProbeCluster& cluster) {
  *this = ProbeResults();
  cluster_ = cluster;
}

std::optional<DataRate> ProbeResults::handle_packet(const PacketResult& packet) {
  if (!cluster_ || packet.cluster != cluster_->id) return std::nullopt;
  if (packet.arrived) {
    count(packet, *packet.arrived);
  } else {
    bytes_lost_ += packet.size;
  }
  const bool is_known = bytes_ + bytes_lost_ >= kBytesKnown * cluster_->bytes;
  if (packets_ < kPacketsMin || !is_known || bytes_lost_ * kWreck > bytes_ + bytes_lost_) return std::nullopt;
  cluster_.reset();
  const uint32_t bytes = bytes_ + std::min(bytes_lost_, (bytes_ + bytes_lost_) / kForgiven);
  // Between first and last lie all packets but one: the last that was sent, the first that arrived.
  const double sent = rate_of(bytes - last_size_, last_sent_ - first_sent_);
  const double arrived = rate_of(bytes - first_size_, last_arrived_ - first_arrived_);
  const double found = arrived < kUnsaturated * sent ? kSaturated * arrived : std::min(sent, arrived);
  return DataRate{static_cast<int64_t>(found)};
}

void ProbeResults::count(const PacketResult& packet, Instant arrived) {
  if (packets_ == 0 || arrived < first_arrived_) {
    first_arrived_ = arrived;
    first_size_ = packet.size;
  }
  if (packets_ == 0 || packet.sent >= last_sent_) {
    last_sent_ = packet.sent;
    last_size_ = packet.size;
  }
  first_sent_ = packets_ == 0 ? packet.sent : std::min(first_sent_, packet.sent);
  last_arrived_ = packets_ == 0 ? arrived : std::max(last_arrived_, arrived);
  ++packets_;
  bytes_ += packet.size;
}

}  // namespace kith::sfu
