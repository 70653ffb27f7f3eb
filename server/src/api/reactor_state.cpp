#include "api/reactor_state.hpp"

#include "api/client_session.hpp"

namespace kith::api {
namespace {

/// A token costs a keyed hash and forty bytes; one a second for an active connection is nothing, one an event would
/// show. A client that resumes with the older token is told a second's events again and knows them by seq.
constexpr std::chrono::seconds kTokenEvery{1};
/// Callers whose limits are remembered before the idle ones are forgotten.
constexpr size_t kLimitsKept = 100'000;

}  // namespace

void ReactorState::start() {
  reactor.call_after(kTokenEvery, [this] {
    send_owed_tokens();
    start();
  });
}

void ReactorState::owe_token(std::weak_ptr<ClientSession> session) { owed_tokens_.push_back(std::move(session)); }

void ReactorState::send_owed_tokens() {
  const auto owed = std::move(owed_tokens_);
  owed_tokens_.clear();
  for (const auto& weak : owed) {
    if (const auto session = weak.lock()) session->send_token();
  }
}

bool ReactorState::take_http_call(std::string_view key, uint32_t per_second, uint32_t& wait_ms) {
  if (limits_.size() >= kLimitsKept) forget_idle_limits();
  RateLimit& limit = limits_[std::string(key)];
  if (limit.take(reactor.now(), per_second)) return true;
  wait_ms = limit.wait_ms(per_second);
  return false;
}

void ReactorState::forget_idle_limits() {
  // A bucket is full again after two seconds, so an older one says nothing.
  std::erase_if(limits_, [&](const auto& entry) { return reactor.now() - entry.second.last_used() > kTokenEvery * 2; });
  // An attacker with 100,000 addresses within two seconds meets the limits of connections, not this table.
  if (limits_.size() >= kLimitsKept) limits_.clear();
}

}  // namespace kith::api
