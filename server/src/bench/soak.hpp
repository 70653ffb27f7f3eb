// Days of a small server in minutes: people join, leave and lose calls again and again while all of them chat. Does its
// memory stay flat?
#pragma once

#include "bench/figures.hpp"
#include "bench/setup.hpp"

namespace kith::bench {

struct SoakOptions {
  size_t calls = 4;
  size_t people = 5;                   ///< of each call, and of its room
  uint32_t changes_per_second = 5;     ///< somebody joins, leaves or is cut off
  uint32_t messages_per_second = 100;  ///< of all of them
  uint64_t fill = 300'000;             ///< messages before the first sample, until caches are full
  uint32_t samples = 20;               ///< of memory, at equal intervals, printed as they come
  uint64_t seed = 1;                   ///< who does what when
};

/// What happened, and the server's memory and descriptors. kInternal: a message was lost or doubled, a packet damaged
/// or doubled, a connection ended, or memory grew: the median of the last quarter's samples is more than 5 % above that
/// of the second quarter's.
Result<Figures> measure_soak(const CommonOptions& common, const SoakOptions& options);

}  // namespace kith::bench
