// The packet indexes of one direction: rollover counter and replay window of every SSRC, in a bounded table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rtc/replay_window.hpp"

namespace kith::rtc {

/// The 48-bit index that a sequence number most likely has, given those seen before (RFC 3711 §3.3.1, appendix A).
/// nullopt: it would lie before the first.
std::optional<uint64_t> estimate_packet_index(const ReplayWindow& seen, uint16_t sequence);

/// Sorted by SSRC, so that a lookup touches little memory; only a new SSRC moves anything.
class SrtpStreams {
 public:
  explicit SrtpStreams(size_t streams_max) : streams_max_(streams_max) {}

  /// Null for an SSRC that was not inserted. Valid until the next `insert` or `remove`.
  [[nodiscard]] ReplayWindow* find(uint32_t ssrc);
  /// Adds an SSRC that is not there. Null: the table is full.
  ReplayWindow* insert(uint32_t ssrc);
  void remove(uint32_t ssrc);
  /// Makes room if the table is full: the SSRC that was found or inserted longest ago goes.
  void remove_oldest_if_full();

 private:
  struct Stream {
    ReplayWindow seen;
    uint64_t used = 0;  ///< value of `uses_` when last found
  };
  [[nodiscard]] size_t position(uint32_t ssrc) const;

  size_t streams_max_;
  uint64_t uses_ = 0;
  std::vector<uint32_t> ssrcs_;  ///< ascending; streams_[i] belongs to ssrcs_[i]
  std::vector<Stream> streams_;
};

}  // namespace kith::rtc
