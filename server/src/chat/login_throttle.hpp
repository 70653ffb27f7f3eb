// Back-off for guessing passwords: failures per account and per address, waits that double, bounded memory.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace kith::chat {

/// After the free failures each further one doubles the wait, from one second to `login_wait_max`; while an account or
/// address must wait between attempts, it has one attempt at a time. Once nobody waits, failures are
/// forgotten one by one: an account's each `login_wait_max`, an address's (an office shares one) each minute. Callable
/// from any thread.
class LoginThrottle {
 public:
  /// One admitted attempt, which ends in one of three ways; destroyed without an answer (workers or store busy) it does
  /// not count. The throttle outlives it.
  class Attempt {
   public:
    Attempt(Attempt&& other) noexcept;
    Attempt& operator=(Attempt&&) = delete;
    ~Attempt();
    /// The password was right: the account starts afresh, and this address may from now on fail on its own count.
    void succeed();
    /// The password was wrong or there is no such account.
    void fail(Instant now);

   private:
    friend class LoginThrottle;
    Attempt(LoginThrottle& throttle, std::string account, std::string address);

    LoginThrottle* throttle_;  ///< null once answered
    std::string account_;
    std::string address_;
    std::string account_key_;  ///< which count of the account it is charged to; empty: none
    std::string address_key_;
  };

  explicit LoginThrottle(const Limits& limits);

  /// Admits an attempt or says when to try again. account: folded name; address: see RequestContext; either may be
  /// empty and is then not counted. An address that signed in to the account before has its own count of it, so that
  /// nobody can lock others out. Errors: kLoginBackoff with retry_after_ms.
  Result<Attempt> begin(Instant now, std::string_view account, std::string_view address);
  /// Accounts and addresses remembered, at most `login_entries`.
  [[nodiscard]] size_t size() const;

 private:
  struct Rule {
    uint32_t free;     ///< failures without a wait
    uint32_t at_once;  ///< attempts at once while there is no wait
    Duration forget;   ///< one failure is forgotten in this time
  };
  struct Entry {
    std::string key;
    uint32_t failures = 0;
    uint32_t attempts = 0;  ///< admitted and not answered yet
    Instant failed_at{};    ///< the newest failure
    Instant forgot_at{};    ///< since when the next failure is being forgotten
  };
  using Entries = std::list<Entry>;

  [[nodiscard]] Rule account_rule() const;
  [[nodiscard]] Rule address_rule() const;
  Entry* find(const std::string& key);
  Entry& touch(const std::string& key);
  void forget_failures(Entry& entry, const Rule& rule, Instant now) const;
  [[nodiscard]] Duration wait_after(uint32_t failures, uint32_t free) const;
  /// How long a key must wait; zero: admitted.
  Duration remaining(const std::string& key, const Rule& rule, Instant now);
  void count_failure(const std::string& key, const Rule& rule, Instant now);
  void end_attempt(const std::string& key);

  const Limits& limits_;
  mutable std::mutex mutex_;
  Entries entries_;  ///< most recently touched first
  std::unordered_map<std::string, Entries::iterator> by_key_;
};

}  // namespace kith::chat
