// Who a session token belongs to, from memory: every request asks. Bounded, filled by a read, emptied at a revocation.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "chat/caller.hpp"
#include "chat/secret_token.hpp"
#include "store/store.hpp"

namespace kith::chat {

/// Callable from any thread.
class SessionCache {
 public:
  /// capacity: sessions kept in memory, at least 1; the one unused for longest goes first.
  SessionCache(store::Store& store, const Clock& clock, size_t capacity);

  /// The caller of a token if it is in memory; marks the session as used.
  std::optional<Caller> find(std::string_view token);
  /// The caller of a token, from memory or the store. Errors: kNotSignedIn (also for an empty or foreign token),
  /// kSessionRevoked, kStorage…, kBusy.
  Task<Result<Caller>> authenticate(std::string token);

  /// Forgets a session: after its revocation was committed, before anybody is told (service, hub).
  void revoke(DeviceId device);
  /// Forgets a user's sessions, so that their next request reads role and state anew.
  void forget_user(UserId user);

  /// When a session was last used, as far as memory knows.
  [[nodiscard]] std::optional<UnixMillis> last_used(DeviceId device) const;
  struct Use {
    DeviceId device;
    UnixMillis at;
  };
  /// Sessions used since the last call, each with its time.
  std::vector<Use> take_uses();
  /// Gives uses back that could not be saved.
  void return_uses(const std::vector<Use>& uses);
  [[nodiscard]] size_t size() const;

 private:
  struct FirstBytes {
    size_t operator()(const TokenHash& hash) const noexcept;
  };
  struct Entry {
    TokenHash hash;
    Caller caller;
    UnixMillis used_at;
  };
  using Entries = std::list<Entry>;

  std::optional<Caller> find(const TokenHash& hash);
  bool insert(const TokenHash& hash, const Caller& caller, uint64_t revocations_before);
  void remove(Entries::iterator entry);
  void mark_used(Entry& entry);

  store::Store& store_;
  const Clock& clock_;
  const size_t capacity_;
  mutable std::mutex mutex_;
  Entries entries_;  ///< most recently used first
  std::unordered_map<TokenHash, Entries::iterator, FirstBytes> by_hash_;
  std::unordered_map<DeviceId, Entries::iterator> by_device_;
  std::unordered_map<DeviceId, UnixMillis> unsaved_;  ///< uses since the last `take_uses`, at most `capacity`
  uint64_t revocations_ = 0;  ///< a read that began before a revocation must not fill the cache after it
};

}  // namespace kith::chat
