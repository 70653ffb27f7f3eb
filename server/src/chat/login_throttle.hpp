// Back-off for guessing passwords: failures per account and per address, waits that double, bounded memory.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace kith::chat {

/// An attempt counts as a failure from its beginning, so that a thousand at once do not pass before the first has
/// failed; a success takes that back. Callable from any thread.
class LoginThrottle {
 public:
  explicit LoginThrottle(const Limits& limits);

  /// Admits an attempt or says when to try again. account: folded name, empty if there can be no such account. An
  /// address that signed in to the account before has its own count, so that nobody can lock others out.
  /// Errors: kLoginBackoff with retry_after_ms.
  Result<> begin(Instant now, std::string_view account, std::string_view address);
  /// The password was right: the account starts afresh, the address loses this attempt.
  void succeed(Instant now, std::string_view account, std::string_view address);
  /// The attempt came to no answer (store or workers busy): it does not count.
  void abandon(std::string_view account, std::string_view address);
  [[nodiscard]] size_t size() const;

 private:
  struct Entry {
    std::string key;
    uint32_t failures = 0;
    Instant last{};
    bool is_trusted = false;  ///< of a pair: this address signed in to this account
  };
  using Entries = std::list<Entry>;

  Entry* find(const std::string& key);
  Entry& touch(const std::string& key);
  [[nodiscard]] std::string account_key(std::string_view account, std::string_view address);
  [[nodiscard]] Duration wait(const Entry& entry, uint32_t free) const;

  const Limits& limits_;
  mutable std::mutex mutex_;
  Entries entries_;  ///< most recently touched first
  std::unordered_map<std::string, Entries::iterator> by_key_;
};

}  // namespace kith::chat
