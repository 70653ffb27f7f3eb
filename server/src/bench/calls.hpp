// Calls under load: participants publish synthetic media, all others receive it; what it costs the server, and whether
// everything arrives.
#pragma once

#include "bench/figures.hpp"
#include "bench/setup.hpp"

namespace kith::bench {

struct CallsOptions {
  size_t calls = 1;
  size_t publishers = 1;    ///< of each call; they hear each other too
  size_t subscribers = 50;  ///< of each call who only listen
  bool is_audio = false;
  uint32_t packets_per_second = 1000;
  size_t bytes = 1200;
  uint32_t burst = 1;
  bool uses_sha1 = false;         ///< participants know AES-CM-SHA1 only, as old SDKs do
  bool reports_arrivals = false;  ///< subscribers report as browsers do, and the server sends by what it estimates
};

/// CPU of the whole server per packet that reached a subscriber; delivered percent; delay; resident memory per
/// participant; calls set up per minute, and how long joining takes up to the media connections (no packet yet).
/// kInternal: something arrived twice or damaged, or a connection ended.
Result<Figures> measure_calls(const CommonOptions& common, const CallsOptions& options);

}  // namespace kith::bench
