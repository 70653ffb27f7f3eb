// A server dies under load and starts again while thousands of clients want to come back at once: nothing may be lost.
#pragma once

#include "base/result.hpp"
#include "bench/figures.hpp"
#include "bench/setup.hpp"

namespace kith::bench {

struct ReconnectOptions {
  size_t clients = 10'000;
  size_t rooms = 200;         ///< each client is in one; each room is written to until the server dies
  double spread_seconds = 0;  ///< clients wait a random time up to this before they come back
  int rounds = 2;
};

Result<Figures> measure_reconnect(const CommonOptions& common, const ReconnectOptions& options);

}  // namespace kith::bench
