// A file layer for SQLite that does what it is told: full disks, failing or hanging syncs. Registered under a name.
#pragma once

#include <atomic>

namespace kith::store::testing {

/// Faults of all files opened through the layer "kith-fault"; all off at first.
struct FaultVfs {
  static constexpr const char* kName = "kith-fault";
  /// Registers the layer once.
  static void install();
  /// Turns every fault off.
  static void reset();

  static std::atomic<bool> disk_full;     ///< writes and growing fail as on a full disk
  static std::atomic<bool> read_only;     ///< writes fail as on a file system mounted read-only
  static std::atomic<int> failing_syncs;  ///< how many syncs of the WAL fail from now on
  static std::atomic<bool> syncs_hang;    ///< syncs of the WAL wait until this is false again
  static std::atomic<int> hanging;        ///< how many wait
};

}  // namespace kith::store::testing
