// Who is there: connections per device, what follows for each user, and who may see it. In memory; last-seen times are
// saved every five minutes.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "model/model.hpp"
#include "store/store.hpp"

namespace kith::chat {

using model::PresenceState;

/// A user's presence as one viewer may see it. kUnknown: not shared. `last_seen` is 0 if unknown or not shared.
struct PresenceView {
  PresenceState state = PresenceState::kUnknown;
  UnixMillis last_seen;

  bool operator==(const PresenceView&) const = default;
};

/// Callable from any thread.
class PresenceTracker {
 public:
  /// Tells that a user's presence, as others may see it, changed; kUnknown once, when a user begins to hide it.
  /// Called in order and under a lock: it may post, not call back.
  using OnChange = std::function<void(UserId user, PresenceView now)>;

  /// grace: how long a device without connection still counts as it was, so that reconnecting does not show.
  PresenceTracker(const Clock& clock, Duration grace);
  /// Before the first connection.
  void set_on_change(OnChange on_change);
  /// Reads who hides presence; once, before the first connection.
  Task<Result<>> load(store::Store& store);

  /// One connection of a device more; its first counts as in use.
  void connect(UserId user, DeviceId device);
  /// One connection of a device less.
  void disconnect(UserId user, DeviceId device);
  /// Whether a connected device is in use (kOnline) or not (kAway); ignored for devices without a connection.
  void set_state(UserId user, DeviceId device, PresenceState state);
  /// A user's choice after its commit; an older version of the user than the one known changes nothing.
  void set_privacy(const model::User& user);
  /// Ends the grace of devices that did not come back; to be called about once a second.
  void handle_timeout(Instant now);

  /// What `viewer` may see of a user. saved: the store's last-seen time.
  [[nodiscard]] PresenceView seen_by(UserId viewer, UserId user, UnixMillis saved) const;
  [[nodiscard]] bool is_connected(UserId user, DeviceId device) const;
  [[nodiscard]] size_t users_online() const;

  /// Saves last-seen times and the use of connected devices; every five minutes and before the end.
  Task<Result<>> save_seen(store::Store& store);

 private:
  struct DeviceEntry {
    DeviceId device;
    uint32_t connections = 0;
    bool is_away = false;
    Instant gone_at{};  ///< end of the grace, while there is no connection
  };
  struct UserEntry {
    std::vector<DeviceEntry> devices;
    UnixMillis last_seen;  ///< of the newest disconnection
    PresenceState shown = PresenceState::kOffline;
    bool is_unsaved = false;
  };

  struct Privacy {
    bool hides = false;
    Version version = 0;  ///< of the user's own state, when it was chosen
  };

  [[nodiscard]] static PresenceState state_of(const UserEntry& entry);
  [[nodiscard]] static bool is_connected(const UserEntry& entry);
  // All below are called with the lock held.
  [[nodiscard]] bool hides(UserId user) const;
  [[nodiscard]] PresenceView view_of(UserId user, UnixMillis saved) const;
  void update(UserId user, UserEntry& entry);
  void forget_saved(UserId user, UnixMillis at);

  const Clock& clock_;
  const Duration grace_;
  OnChange on_change_;
  mutable std::mutex mutex_;
  std::unordered_map<UserId, UserEntry> users_;
  std::unordered_map<UserId, Privacy> privacy_;  ///< of users who hide, or changed their mind since the start
  std::set<std::pair<Instant, std::pair<UserId, DeviceId>>> graces_;
};

}  // namespace kith::chat
