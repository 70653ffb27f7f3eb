// Passwords: Argon2id on worker threads, never on a reactor.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/executor.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"

namespace kith::chat {

/// Cost of one hash. More of either makes guessing a stolen hash dearer, and each login too: the default is
/// libsodium's "interactive" (64 MiB, 2 passes; tens of milliseconds on a server core), above OWASP's least (19 MiB, 2
/// passes).
struct PasswordCost {
  uint64_t passes = 2;
  size_t memory_bytes = size_t{64} * 1024 * 1024;
};

/// A password as it is hashed: spaces unified and NFC (RFC 8265 §4.2), so that keyboards that spell é differently
/// agree. Errors: kMissingField, kTooLong (bytes), kInvalidUtf8; all name `field`.
Result<Secret<std::string>> normalize_password(std::string_view password, const Limits& limits, std::string_view field);
/// The same for a password to be set. Errors besides: kInvalidField if it is shorter than the least.
Result<Secret<std::string>> check_new_password(std::string_view password, const Limits& limits, std::string_view field);

/// Callable from any thread; at most `worker_queue_jobs` wait, more give kBusy.
class PasswordHasher {
 public:
  PasswordHasher(Executor& workers, PasswordCost cost, size_t queue_jobs);

  /// The hash in libsodium's text form, with salt and cost. Errors: kBusy, also if memory is short.
  Task<Result<Secret<std::string>>> hash(Secret<std::string> password);
  /// Whether a password belongs to a hash. An empty hash does the same work and is never right: for unknown users.
  Task<Result<bool>> verify(Secret<std::string> password, Secret<std::string> hash);
  /// True if a hash was made at another cost and should be made anew at the next login.
  [[nodiscard]] bool needs_rehash(const Secret<std::string>& hash) const;
  /// What unknown users are verified against: a hash at this cost that belongs to no password.
  [[nodiscard]] const Secret<std::string>& decoy() const { return decoy_; }

 private:
  bool take_place();

  Executor& workers_;
  const PasswordCost cost_;
  const size_t queue_jobs_;
  Secret<std::string> decoy_;
  std::atomic<size_t> waiting_ = 0;
};

}  // namespace kith::chat
