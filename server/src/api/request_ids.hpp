// Request ids: short names that lead from an error message to the server's log.
#pragma once

#include <atomic>
#include <string>

#include "base/bytes.hpp"
#include "base/random.hpp"

namespace kith::api {

/// Unique within a run of the server; the run itself is in the random first half.
class RequestIds {
 public:
  explicit RequestIds(Random& random) : run_(random.next_u64() << 32) {}
  std::string next() { return to_base32_u64(run_ | (next_.fetch_add(1, std::memory_order_relaxed) & 0xFFFFFFFF)); }

 private:
  uint64_t run_;
  std::atomic<uint64_t> next_{1};
};

}  // namespace kith::api
