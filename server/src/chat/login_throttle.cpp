#include "chat/login_throttle.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kith::chat {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Guesses that pass before the first one has failed. More lets a client sign in more devices of one account side by
/// side, and a guesser begin with so many.
constexpr uint32_t kAccountAttemptsAtOnce = 32;
/// An address may stand for many people; the workers' queue bounds it.
constexpr uint32_t kAddressAttemptsAtOnce = 1'000'000;

std::string key_of_account(std::string_view account) { return "account " + std::string(account); }
std::string key_of_pair(std::string_view account, std::string_view address) {
  return "pair " + std::string(account) + " " + std::string(address);
}

}  // namespace

LoginThrottle::Attempt::Attempt(LoginThrottle& throttle, std::string account, std::string address)
    : throttle_(&throttle), account_(std::move(account)), address_(std::move(address)) {}

LoginThrottle::Attempt::Attempt(Attempt&& other) noexcept
    : throttle_(std::exchange(other.throttle_, nullptr)),
      account_(std::move(other.account_)),
      address_(std::move(other.address_)),
      account_key_(std::move(other.account_key_)),
      address_key_(std::move(other.address_key_)) {}

LoginThrottle::Attempt::~Attempt() {
  if (throttle_ == nullptr) return;
  const std::scoped_lock lock(throttle_->mutex_);
  throttle_->end_attempt(account_key_);
  throttle_->end_attempt(address_key_);
}

void LoginThrottle::Attempt::succeed() {
  if (throttle_ == nullptr) return;
  const std::scoped_lock lock(throttle_->mutex_);
  throttle_->end_attempt(account_key_);
  throttle_->end_attempt(address_key_);
  if (Entry* entry = throttle_->find(account_key_)) entry->failures = 0;
  if (!account_.empty() && !address_.empty()) throttle_->touch(key_of_pair(account_, address_)).failures = 0;
  throttle_ = nullptr;
}

void LoginThrottle::Attempt::fail(Instant now) {
  if (throttle_ == nullptr) return;
  const std::scoped_lock lock(throttle_->mutex_);
  throttle_->end_attempt(account_key_);
  throttle_->end_attempt(address_key_);
  throttle_->count_failure(account_key_, throttle_->account_rule(), now);
  throttle_->count_failure(address_key_, throttle_->address_rule(), now);
  throttle_ = nullptr;
}

LoginThrottle::LoginThrottle(const Limits& limits) : limits_(limits) {}

Result<LoginThrottle::Attempt> LoginThrottle::begin(Instant now, std::string_view account, std::string_view address) {
  Attempt attempt(*this, std::string(account), std::string(address));
  const std::scoped_lock lock(mutex_);
  Duration wait{};
  if (!account.empty()) {
    const std::string pair = key_of_pair(account, address);
    attempt.account_key_ = find(pair) != nullptr ? pair : key_of_account(account);
    wait = remaining(attempt.account_key_, account_rule(), now);
  }
  if (!address.empty()) {
    attempt.address_key_ = "address " + std::string(address);
    wait = std::max(wait, remaining(attempt.address_key_, address_rule(), now));
  }
  if (wait > Duration{}) {
    attempt.throttle_ = nullptr;
    return std::unexpected(
        Error{.reason = Reason::kLoginBackoff,
              .message = "Too many failed attempts; please wait before the next one.",
              .field = {},
              .retry_after_ms = static_cast<uint32_t>(std::chrono::ceil<milliseconds>(wait).count())});
  }
  if (!attempt.account_key_.empty()) ++touch(attempt.account_key_).attempts;
  if (!attempt.address_key_.empty()) ++touch(attempt.address_key_).attempts;
  return attempt;
}

size_t LoginThrottle::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

LoginThrottle::Rule LoginThrottle::account_rule() const {
  return {.free = limits_.login_failures_free, .at_once = kAccountAttemptsAtOnce, .forget = limits_.login_wait_max};
}

LoginThrottle::Rule LoginThrottle::address_rule() const {
  return {.free = limits_.login_failures_free_address, .at_once = kAddressAttemptsAtOnce, .forget = minutes(1)};
}

LoginThrottle::Entry* LoginThrottle::find(const std::string& key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &*found->second;
}

LoginThrottle::Entry& LoginThrottle::touch(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }
  while (!entries_.empty() && entries_.size() >= limits_.login_entries) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front(Entry{.key = key});
  by_key_.emplace(key, entries_.begin());
  return entries_.front();
}

void LoginThrottle::forget_failures(Entry& entry, const Rule& rule, Instant now) const {
  const auto forgotten = (now - entry.forgot_at) / rule.forget;
  if (forgotten <= 0) return;
  entry.failures -= static_cast<uint32_t>(std::min<int64_t>(forgotten, entry.failures));
  entry.forgot_at += forgotten * rule.forget;
}

Duration LoginThrottle::wait_after(uint32_t failures, uint32_t free) const {
  if (failures < free) return {};
  constexpr uint32_t kDoublingsMax = 20;  // twelve days, above any sensible maximum
  const Duration wait = seconds(1) * (int64_t{1} << std::min(failures - free, kDoublingsMax));
  return std::min<Duration>(wait, limits_.login_wait_max);
}

Duration LoginThrottle::remaining(const std::string& key, const Rule& rule, Instant now) {
  Entry* entry = find(key);
  if (entry == nullptr) return {};
  forget_failures(*entry, rule, now);
  const Duration wait = wait_after(entry->failures, rule.free);
  const Duration left = entry->failed_at + wait - now;
  if (wait > Duration{} && left > Duration{}) return left;
  const uint32_t at_once = wait > Duration{} ? 1 : rule.at_once;
  return entry->attempts < at_once ? Duration{} : Duration(seconds(1));
}

void LoginThrottle::count_failure(const std::string& key, const Rule& rule, Instant now) {
  if (key.empty()) return;
  Entry& entry = touch(key);
  if (entry.failures == 0) entry.forgot_at = now;
  ++entry.failures;
  entry.failed_at = now;
  // Waiting itself earns nothing, or the longest wait would never be reached.
  const Duration wait = wait_after(entry.failures, rule.free);
  if (wait > Duration{}) entry.forgot_at = now + wait;
}

void LoginThrottle::end_attempt(const std::string& key) {
  // An entry that had to go while its attempt was under way starts at zero again.
  Entry* entry = find(key);
  if (entry != nullptr && entry->attempts > 0) --entry->attempts;
}

}  // namespace kith::chat
