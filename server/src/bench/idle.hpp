// Many connections that do nothing: what one costs the server in memory, with its session and its place in a room.
#pragma once

#include "base/result.hpp"
#include "bench/figures.hpp"
#include "bench/setup.hpp"

namespace kith::bench {

struct IdleOptions {
  size_t connections = 19'500;
  size_t sessions_per_user = 10;
};

Result<Figures> measure_idle(const CommonOptions& common, const IdleOptions& options);

}  // namespace kith::bench
