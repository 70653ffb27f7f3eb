// Checks a database file against the invariants of the store (docs/data.md §1) in one pass over blocks and log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace kith::store {

/// What a check has found. Faults are sentences that name rooms, seqs and positions, never content.
struct StoreReport {
  uint64_t rooms = 0;
  uint64_t events = 0;
  uint64_t blocks = 0;
  uint64_t log_rows = 0;
  uint64_t fault_count = 0;
  std::vector<std::string> faults;  ///< the first hundred

  [[nodiscard]] bool is_sound() const { return fault_count == 0; }
};

/// Reads the whole file through one snapshot, beside a running server or without; changes nothing. Checked: the file's
/// structure; seq dense per room and pos dense over all; ord, time and pos never falling; every event in exactly one
/// readable place; blocks whole; deletion records and deleted events alike; mentions of events that are there; member
/// counts and positions; memory after a start equal to what the rows say.
/// Errors: only what prevents the check, such as a file that cannot be opened.
Result<StoreReport> check_store(const std::string& path);

}  // namespace kith::store
