// Which waiting datagrams may leave as one: same destination, same size, gathered from the whole list.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rtc/outbox.hpp"

namespace kith::net {

/// Puts the UDP datagrams of an outbox into groups that the kernel can send with one call and cut into segments
/// (UDP_SEGMENT): one destination, equal sizes, the last may be shorter. A key frame goes to fifty subscribers packet
/// by packet, so datagrams of one destination rarely stand side by side; they are gathered from anywhere in the list.
/// The order of each destination's datagrams is kept, not the order among destinations. After its first passes it
/// allocates nothing.
class DatagramGroups {
 public:
  /// The kernel's limits: UDP_MAX_SEGMENTS of Linux 4.18, and what fits into one IP packet.
  static constexpr uint32_t kSegmentsMax = 64;
  static constexpr uint32_t kBytesMax = 65'000;
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Group {
    rtc::Path path;
    uint32_t first = 0;  ///< index of its first datagram in the outbox
    uint32_t count = 0;
    uint32_t segment_bytes = 0;  ///< size of each but perhaps the last
    uint32_t bytes = 0;          ///< of all
  };

  enum class Joining { kSegments, kNone };
  /// Replaces the groups by those of this outbox. Datagrams of TCP paths are left out.
  void gather(const rtc::Outbox& outbox, Joining joining);

  /// In the order in which each group's first datagram was put in.
  [[nodiscard]] std::span<const Group> groups() const { return groups_; }
  /// The datagram behind this one in its group; kNone after the last.
  [[nodiscard]] uint32_t next(uint32_t datagram) const { return next_[datagram]; }

 private:
  /// The newest group of a destination, if `round` is the current one.
  struct Slot {
    uint32_t round = 0;
    uint32_t group = 0;
  };

  void prepare(size_t datagrams);
  Slot& slot_of(const rtc::Path& path);
  [[nodiscard]] bool may_join(const Group& group, uint32_t size) const;

  std::vector<Group> groups_;
  std::vector<uint32_t> last_;  ///< index of each group's last datagram
  std::vector<uint32_t> next_;  ///< per datagram of the outbox
  std::vector<Slot> slots_;     ///< open addressing; a power of two, at least twice the datagrams
  uint32_t round_ = 0;
};

}  // namespace kith::net
