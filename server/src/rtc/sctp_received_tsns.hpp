// Which TSNs have arrived: everything up to one, and ranges beyond it (RFC 9260 §6.2).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "rtc/sctp_chunks.hpp"
#include "rtc/sctp_packet.hpp"

namespace kith::rtc {

class SctpReceivedTsns {
 public:
  /// How far beyond the cumulative TSN a chunk may lie; gap blocks can say 65,535.
  static constexpr Tsn kWindow = 16'384;
  /// Holes at one time. Beyond, chunks that would make another are not taken.
  static constexpr size_t kRangesMax = 1024;

  explicit SctpReceivedTsns(uint32_t initial_tsn) : cumulative_(first_tsn(initial_tsn) - 1) {}

  enum class Arrival : uint8_t { kNew, kDuplicate, kRefused };
  /// What a TSN would be; changes nothing but the list of duplicates.
  Arrival check(Tsn tsn);
  /// Adds one that is `kNew`.
  void insert(Tsn tsn);
  /// Everything up to a TSN counts as arrived (FORWARD TSN).
  void skip_to(Tsn tsn);

  [[nodiscard]] Tsn cumulative() const { return cumulative_; }
  [[nodiscard]] bool has_gaps() const { return !ranges_.empty(); }
  /// Writes a SACK and forgets the duplicates it reports.
  void write_sack(uint32_t receive_window, SctpPacker& packer);

 private:
  struct Range {
    Tsn first = 0;
    Tsn last = 0;
  };
  static constexpr size_t kDuplicatesMax = 16;

  void join_cumulative();

  Tsn cumulative_;
  std::vector<Range> ranges_;  ///< ascending, none touches its neighbour or `cumulative_`
  std::array<uint32_t, kDuplicatesMax> duplicates_{};
  size_t duplicate_count_ = 0;
};

}  // namespace kith::rtc
