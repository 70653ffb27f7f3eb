// One sender, many subscribers in one room: what a delivery costs the server. Also against any server that sends each
// binary WebSocket message on to all other sockets, which is what a bare one can do.
#pragma once

#include "base/result.hpp"
#include "bench/figures.hpp"
#include "bench/setup.hpp"

namespace kith::bench {

struct FanoutOptions {
  size_t subscribers = 1000;
  size_t window = 1;           ///< messages under way at once
  size_t message_bytes = 108;  ///< makes frames of about 200 bytes, as the bare servers send
  size_t users = 100;          ///< the subscribers are their sessions
  // A bare server instead of Kith:
  uint16_t bare_port = 0;  ///< 0: Kith
  pid_t bare_process = 0;
  size_t bare_bytes = 200;  ///< of its frames' payload
};

Result<Figures> measure_fanout(const CommonOptions& common, const FanoutOptions& options);

}  // namespace kith::bench
