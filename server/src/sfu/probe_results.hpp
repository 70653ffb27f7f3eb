// What a probe found: the rate at which its packets arrived.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "sfu/probe_cluster.hpp"
#include "sfu/send_history.hpp"

namespace kith::sfu {

class ProbeResults {
 public:
  /// The probe whose packets are awaited from now on.
  void expect(const ProbeCluster& cluster);
  /// A packet of any cluster. Returns what the probe found as soon as four fifths of its bytes arrived; then it is
  /// over.
  std::optional<DataRate> handle_packet(const PacketResult& packet);

 private:
  void count(const PacketResult& packet, Instant arrived);

  std::optional<ProbeCluster> cluster_;
  uint32_t packets_ = 0;
  uint32_t bytes_ = 0;  ///< that arrived
  uint32_t bytes_lost_ = 0;
  uint16_t first_size_ = 0;  ///< of the packet that arrived first
  uint16_t last_size_ = 0;   ///< of the packet sent last
  Instant first_sent_{};
  Instant last_sent_{};
  Instant first_arrived_{};
  Instant last_arrived_{};
};

}  // namespace kith::sfu
