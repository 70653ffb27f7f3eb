// What people wait for: the newest page of a room, a search, opening the app; one call after another over HTTP.
#pragma once

#include "base/result.hpp"
#include "bench/figures.hpp"
#include "bench/setup.hpp"

namespace kith::bench {

struct ReadOptions {
  uint32_t page = 50;
  BusyPlan world;
};

/// The newest page of random rooms of the first user.
Result<Figures> measure_history(const CommonOptions& common, const ReadOptions& options);
/// Words of different frequency, everywhere and in one room.
Result<Figures> measure_search(const CommonOptions& common, const ReadOptions& options);
/// A first Sync of the first user.
Result<Figures> measure_open(const CommonOptions& common, const ReadOptions& options);
/// From exec to ready, again and again on the same data.
Result<Figures> measure_start(const CommonOptions& common, const ReadOptions& options);

}  // namespace kith::bench
