#include "chat/presence.hpp"

#include <algorithm>
#include <utility>

#include "store/device_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

/// Rows one write command changes: small enough that messages in the same commit group hardly wait.
constexpr size_t kRowsPerCommand = 500;

struct UserSeen {
  UserId user;
  UnixMillis at;
};

/// What one command saves.
struct SeenRows {
  std::vector<UserSeen> users;
  std::vector<DeviceId> devices;  ///< connected now
};

Result<bool> save_rows(store::WriteTransaction& transaction, const SeenRows& rows, UnixMillis now) {
  store::UserRepository users(transaction.db());
  store::DeviceRepository devices(transaction.db());
  for (const UserSeen& seen : rows.users) TRY_VOID(users.set_seen(seen.user, seen.at));
  for (const DeviceId device : rows.devices) TRY_VOID(devices.set_seen(device, now));
  return true;
}

/// Cuts the rows into commands.
std::vector<SeenRows> split(const SeenRows& all) {
  std::vector<SeenRows> parts;
  for (size_t i = 0; i < std::max(all.users.size(), all.devices.size()); i += kRowsPerCommand) {
    SeenRows& part = parts.emplace_back();
    const auto slice = [i](const auto& from, auto& to) {
      const size_t begin = std::min(i, from.size());
      const size_t end = std::min(i + kRowsPerCommand, from.size());
      to.assign(from.begin() + static_cast<ptrdiff_t>(begin), from.begin() + static_cast<ptrdiff_t>(end));
    };
    slice(all.users, part.users);
    slice(all.devices, part.devices);
  }
  return parts;
}

}  // namespace

PresenceTracker::PresenceTracker(const Clock& clock, Duration grace) : clock_(clock), grace_(grace) {}

void PresenceTracker::set_on_change(OnChange on_change) { on_change_ = std::move(on_change); }

Task<Result<>> PresenceTracker::load(store::Store& store) {
  std::move_only_function<Result<std::vector<UserId>>(store::ReadTransaction&)> query =
      [](store::ReadTransaction& transaction) { return store::UserRepository(transaction.db()).list_hidden(); };
  CO_TRY(const std::vector<UserId> hidden, co_await store.read<std::vector<UserId>>(std::move(query)));
  const std::scoped_lock lock(mutex_);
  for (const UserId user : hidden) privacy_[user].hides = true;
  co_return Result<>{};
}

void PresenceTracker::connect(UserId user, DeviceId device) {
  const std::scoped_lock lock(mutex_);
  UserEntry& entry = users_[user];
  auto found = std::ranges::find(entry.devices, device, &DeviceEntry::device);
  if (found == entry.devices.end()) found = entry.devices.insert(found, DeviceEntry{.device = device});
  if (found->connections == 0) graces_.erase({found->gone_at, {user, device}});
  ++found->connections;
  update(user, entry);
}

void PresenceTracker::disconnect(UserId user, DeviceId device) {
  const std::scoped_lock lock(mutex_);
  const auto entry = users_.find(user);
  if (entry == users_.end()) return;
  const auto found = std::ranges::find(entry->second.devices, device, &DeviceEntry::device);
  if (found == entry->second.devices.end() || found->connections == 0) return;
  if (--found->connections > 0) return;
  found->gone_at = clock_.now() + grace_;
  graces_.insert({found->gone_at, {user, device}});
  entry->second.last_seen = clock_.wall();
  entry->second.is_unsaved = true;
}

void PresenceTracker::set_state(UserId user, DeviceId device, PresenceState state) {
  const std::scoped_lock lock(mutex_);
  const auto entry = users_.find(user);
  if (entry == users_.end()) return;
  const auto found = std::ranges::find(entry->second.devices, device, &DeviceEntry::device);
  if (found == entry->second.devices.end() || found->connections == 0) return;
  found->is_away = state == PresenceState::kAway;
  update(user, entry->second);
}

void PresenceTracker::set_privacy(const model::User& user) {
  const std::scoped_lock lock(mutex_);
  Privacy& privacy = privacy_[user.id];
  if (user.version < privacy.version) return;
  const bool hid = std::exchange(privacy.hides, user.presence_privacy == model::PresencePrivacy::kNobody);
  privacy.version = user.version;
  if (hid == privacy.hides || !on_change_) return;
  on_change_(user.id, privacy.hides ? PresenceView{} : view_of(user.id, user.seen_at));
}

void PresenceTracker::handle_timeout(Instant now) {
  const std::scoped_lock lock(mutex_);
  while (!graces_.empty() && graces_.begin()->first <= now) {
    const auto [user, device] = graces_.begin()->second;
    graces_.erase(graces_.begin());
    const auto entry = users_.find(user);
    if (entry == users_.end()) continue;
    std::erase_if(entry->second.devices, [&](const DeviceEntry& other) { return other.device == device; });
    update(user, entry->second);
    if (entry->second.devices.empty() && !entry->second.is_unsaved) users_.erase(entry);
  }
}

PresenceView PresenceTracker::seen_by(UserId viewer, UserId user, UnixMillis saved) const {
  const std::scoped_lock lock(mutex_);
  if (viewer != user && hides(user)) return {};
  return view_of(user, saved);
}

bool PresenceTracker::is_connected(UserId user, DeviceId device) const {
  const std::scoped_lock lock(mutex_);
  const auto entry = users_.find(user);
  if (entry == users_.end()) return false;
  const auto found = std::ranges::find(entry->second.devices, device, &DeviceEntry::device);
  return found != entry->second.devices.end() && found->connections > 0;
}

size_t PresenceTracker::users_online() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<size_t>(
      std::ranges::count_if(users_, [](const auto& entry) { return entry.second.shown != PresenceState::kOffline; }));
}

Task<Result<>> PresenceTracker::save_seen(store::Store& store) {
  const UnixMillis now = clock_.wall();
  SeenRows rows;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [user, entry] : users_) {
      for (const DeviceEntry& device : entry.devices) {
        if (device.connections > 0) rows.devices.push_back(device.device);
      }
      if (is_connected(entry)) {
        rows.users.push_back({user, now});
      } else if (entry.is_unsaved) {
        rows.users.push_back({user, entry.last_seen});
      }
    }
  }
  const std::vector<SeenRows> parts = split(rows);
  for (const SeenRows& part : parts) {
    std::move_only_function<Result<bool>(store::WriteTransaction&)> command =
        [part, now](store::WriteTransaction& transaction) { return save_rows(transaction, part, now); };
    CO_TRY_VOID(co_await store.write<bool>(std::move(command)));
    const std::scoped_lock lock(mutex_);
    for (const UserSeen& seen : part.users) forget_saved(seen.user, seen.at);
  }
  co_return Result<>{};
}

PresenceState PresenceTracker::state_of(const UserEntry& entry) {
  if (entry.devices.empty()) return PresenceState::kOffline;
  const bool all_away = std::ranges::all_of(entry.devices, &DeviceEntry::is_away);
  return all_away ? PresenceState::kAway : PresenceState::kOnline;
}

bool PresenceTracker::is_connected(const UserEntry& entry) {
  return std::ranges::any_of(entry.devices, [](const DeviceEntry& device) { return device.connections > 0; });
}

bool PresenceTracker::hides(UserId user) const {
  const auto found = privacy_.find(user);
  return found != privacy_.end() && found->second.hides;
}

PresenceView PresenceTracker::view_of(UserId user, UnixMillis saved) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return {.state = PresenceState::kOffline, .last_seen = saved};
  const UserEntry& entry = found->second;
  return {.state = entry.shown, .last_seen = is_connected(entry) ? clock_.wall() : std::max(saved, entry.last_seen)};
}

void PresenceTracker::update(UserId user, UserEntry& entry) {
  const PresenceState state = state_of(entry);
  if (state == entry.shown) return;
  entry.shown = state;
  if (on_change_ && !hides(user)) on_change_(user, view_of(user, UnixMillis{}));
}

void PresenceTracker::forget_saved(UserId user, UnixMillis at) {
  const auto found = users_.find(user);
  if (found == users_.end() || is_connected(found->second) || found->second.last_seen != at) return;
  found->second.is_unsaved = false;
  if (found->second.devices.empty()) users_.erase(found);
}

}  // namespace kith::chat
