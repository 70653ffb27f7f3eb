#include "chat/session_cache.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "store/device_repository.hpp"

namespace kith::chat {
namespace {

/// How often a read is repeated because a session somewhere ended meanwhile; the last answer stands but is not kept.
constexpr int kReadsAtMost = 3;

std::unexpected<Error> not_signed_in() { return fail(Reason::kNotSignedIn, "Please sign in."); }

}  // namespace

size_t SessionCache::FirstBytes::operator()(const TokenHash& hash) const noexcept {
  size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof(value));
  return value;
}

SessionCache::SessionCache(store::Store& store, const Clock& clock, size_t capacity)
    : store_(store), clock_(clock), capacity_(std::max<size_t>(capacity, 1)) {}

std::optional<Caller> SessionCache::find(std::string_view token) {
  if (!is_token(token, kSessionTokenPrefix)) return std::nullopt;
  return find(hash_token(token));
}

Task<Result<Caller>> SessionCache::authenticate(std::string token) {
  if (!is_token(token, kSessionTokenPrefix)) co_return not_signed_in();
  const TokenHash hash = hash_token(token);
  if (const auto known = find(hash)) co_return *known;
  for (int reads = 1;; ++reads) {
    uint64_t revocations_before = 0;
    {
      const std::scoped_lock lock(mutex_);
      revocations_before = revocations_;
    }
    std::move_only_function<Result<std::optional<store::DeviceOwner>>(store::ReadTransaction&)> query =
        [hash](store::ReadTransaction& transaction) {
          return store::DeviceRepository(transaction.db()).find_owner(bytes_of(hash));
        };
    CO_TRY(const std::optional<store::DeviceOwner> owner,
           co_await store_.read<std::optional<store::DeviceOwner>>(std::move(query)));
    if (!owner) co_return not_signed_in();
    if (owner->revoked_at.value != 0) co_return fail(Reason::kSessionRevoked, "This session was ended.");
    if (owner->state != model::UserState::kActive)
      co_return fail(Reason::kSessionRevoked, "This account is deactivated.");
    const Caller caller{.user = owner->user, .device = owner->device, .role = owner->role};
    if (insert(hash, caller, revocations_before) || reads == kReadsAtMost) co_return caller;
  }
}

void SessionCache::revoke(DeviceId device) {
  const std::scoped_lock lock(mutex_);
  ++revocations_;
  const auto found = by_device_.find(device);
  if (found != by_device_.end()) remove(found->second);
  unsaved_.erase(device);
}

void SessionCache::forget_user(UserId user) {
  const std::scoped_lock lock(mutex_);
  ++revocations_;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->caller.user == user) remove(entry);
    entry = next;
  }
}

std::optional<UnixMillis> SessionCache::last_used(DeviceId device) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_device_.find(device);
  if (found == by_device_.end()) return std::nullopt;
  return found->second->used_at;
}

std::vector<SessionCache::Use> SessionCache::take_uses() {
  const std::scoped_lock lock(mutex_);
  std::vector<Use> uses;
  uses.reserve(unsaved_.size());
  for (const auto& [device, at] : unsaved_) uses.push_back({.device = device, .at = at});
  unsaved_.clear();
  return uses;
}

void SessionCache::return_uses(const std::vector<Use>& uses) {
  const std::scoped_lock lock(mutex_);
  for (const Use& use : uses) {
    if (unsaved_.size() < capacity_) unsaved_.try_emplace(use.device, use.at);
  }
}

size_t SessionCache::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

std::optional<Caller> SessionCache::find(const TokenHash& hash) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  mark_used(*found->second);
  return found->second->caller;
}

bool SessionCache::insert(const TokenHash& hash, const Caller& caller, uint64_t revocations_before) {
  const std::scoped_lock lock(mutex_);
  if (revocations_ != revocations_before) return false;
  if (by_hash_.contains(hash)) return true;
  if (entries_.size() >= capacity_) remove(std::prev(entries_.end()));
  entries_.push_front(Entry{.hash = hash, .caller = caller});
  by_hash_.emplace(hash, entries_.begin());
  by_device_.emplace(caller.device, entries_.begin());
  mark_used(entries_.front());
  return true;
}

void SessionCache::remove(Entries::iterator entry) {
  by_hash_.erase(entry->hash);
  by_device_.erase(entry->caller.device);
  entries_.erase(entry);
}

void SessionCache::mark_used(Entry& entry) {
  entry.used_at = clock_.wall();
  if (unsaved_.size() < capacity_ || unsaved_.contains(entry.caller.device)) {
    unsaved_[entry.caller.device] = entry.used_at;
  }
}

}  // namespace kith::chat
