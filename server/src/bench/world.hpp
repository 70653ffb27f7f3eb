// The accounts, sessions and rooms of a benchmark, written straight into a new data folder: thousands of real sessions
// without waiting for thousands of password hashes.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/model.hpp"

namespace kith::bench {

/// A room and the indexes of its users; a direct room has exactly two and no name.
struct RoomPlan {
  model::RoomKind kind = model::RoomKind::kPublic;
  std::string name;
  std::vector<size_t> users;
};

struct WorldPlan {
  size_t users = 1;
  size_t sessions_per_user = 1;
  std::vector<RoomPlan> rooms;
};

/// The tokens of the sessions, user by user; the same for the same numbers, so that a later run can use them again.
std::vector<std::string> session_tokens(const WorldPlan& plan);

/// A busy server: rooms of about twenty members; the first users, the busy ones, are in many rooms each.
struct BusyPlan {
  size_t rooms = 1000;
  size_t users = 1000;
  size_t busy_users = 64;
  size_t rooms_per_busy_user = 200;
};
WorldPlan busy_world(const BusyPlan& plan);

/// Fills a folder that has no database yet. Nobody has a password. Errors: those of the store.
Result<> build_world(const std::string& data_dir, const WorldPlan& plan, const Clock& clock);

}  // namespace kith::bench
