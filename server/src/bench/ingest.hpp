// Many senders, each with several messages under way: how many become durable per second, and what one costs from its
// socket to its ack. With one sender and one message under way: how long an ack takes.
#pragma once

#include "base/result.hpp"
#include "bench/figures.hpp"
#include "bench/setup.hpp"

namespace kith::bench {

struct IngestOptions {
  size_t senders = 64;  ///< at most the busy users of the world
  size_t window = 32;   ///< unacknowledged messages of one sender
  size_t message_bytes = 123;
  uint64_t messages = 0;       ///< 0: as many as fit into the time
  bool packs = false;          ///< packs the whole log afterwards, with the server stopped
  bool probes_search = false;  ///< measures when a message is found after its ack, during the load
  BusyPlan world;
};

/// Also checks that the acks name every seq of every room exactly once.
Result<Figures> measure_ingest(const CommonOptions& common, const IngestOptions& options);

}  // namespace kith::bench
