#include "rtc/ice_agent.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

#include "base/bytes.hpp"
#include "base/deadline.hpp"

namespace kith::rtc {
namespace {

/// While the peer nominates a UDP path, a TCP path it nominates too is not taken: TCP delays media behind what it
/// repeats. The selected path of a browser is nominated anew with each check, every 2.5 s.
constexpr Duration kNominationCounts = std::chrono::seconds(3);

/// First wait for the answer to a check; it doubles up to the last. Lower finds a path sooner, higher spares slow
/// links.
constexpr Duration kCheckWaitFirst = std::chrono::milliseconds(250);
constexpr Duration kCheckWaitLast = std::chrono::seconds(2);
/// Unanswered checks after which a path counts as dead until the peer uses it: about 12 s.
constexpr uint32_t kChecksUnansweredMax = 8;

/// With the lowest tie-breaker every conflict ends with the peer controlling, with the highest with us: our role never
/// changes (RFC 8445 §7.3.1.1).
constexpr uint64_t kControlledTieBreaker = 0;
constexpr uint64_t kControllingTieBreaker = std::numeric_limits<uint64_t>::max();

/// Of the candidate a check would make the peer learn: peer reflexive, component 1 (RFC 8445 §5.1.2).
constexpr uint32_t kPeerReflexivePriority = 110U << 24 | 65535U << 8 | 255U;

constexpr std::string_view kUnknownAttributeReason = "Unknown Attribute";
constexpr std::string_view kRoleConflictReason = "Role Conflict";

std::string random_text(Random& random, size_t bytes) {
  std::string text(bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(text)));
  return to_base64(text);  // its 64 characters are just the ice-chars of RFC 8839 §5.4
}

}  // namespace

IceCredentials IceCredentials::make(Random& random) {
  // Multiples of three bytes: no padding.
  return {.ufrag = random_text(random, 6), .pwd = random_text(random, 18)};
}

IceAgent::IceAgent(IceRole role, IceCredentials local, Random& random)
    : role_(role), local_(std::move(local)), random_(random) {}

void IceAgent::set_remote(const IceCredentials& remote) {
  const bool is_restart = remote_.has_value() && *remote_ != remote;
  remote_ = remote;
  if (is_restart) check_all_again();
}

void IceAgent::restart(IceCredentials local) { previous_local_ = std::exchange(local_, std::move(local)); }

void IceAgent::add_remote_candidate(Instant now, const Path& path, uint32_t priority) {
  if (!is_full() || find(path) != nullptr) return;
  CandidatePair& pair = find_or_add(path);
  pair.priority = priority;
  pair.heard_at = now;
  pair.next_check = now;
}

void IceAgent::forget_path(const Path& path) {
  std::erase_if(pairs_, [&](const CandidatePair& pair) { return pair.path == path; });
  if (selected_ != path) return;
  selected_.reset();
  state_ = IceState::kDisconnected;
  if (role_ == IceRole::kControlling) check_all_again();
}

IceAgent::CandidatePair* IceAgent::find(const Path& path) {
  const auto found = std::ranges::find(pairs_, path, &CandidatePair::path);
  return found == pairs_.end() ? nullptr : &*found;
}

IceAgent::CandidatePair& IceAgent::find_or_add(const Path& path) {
  if (CandidatePair* known = find(path)) return *known;
  if (pairs_.size() == kPathsMax) {
    const auto rank = [&](const CandidatePair& pair) { return std::pair(pair.path == selected_, pair.heard_at); };
    pairs_.erase(std::ranges::min_element(pairs_, {}, rank));
  }
  CandidatePair& pair = pairs_.emplace_back();
  pair.path = path;
  pair.check_id = random_.next_u64();
  return pair;
}

bool IceAgent::knows(const Path& path) const {
  const auto found = std::ranges::find(pairs_, path, &CandidatePair::path);
  return found != pairs_.end() && found->is_heard;
}

void IceAgent::hear(Instant now, CandidatePair& pair) {
  pair.heard_at = now;
  pair.is_heard = true;
  last_received_ = now;
}

void IceAgent::handle_datagram(Instant now, const Path& path, Bytes datagram, Outbox& outbox) {
  const auto message = StunMessage::parse(datagram);
  if (!message) {
    ++counters_.malformed;
    return;
  }
  switch (message->message_class) {
    case StunClass::kRequest:
      handle_request(now, path, *message, outbox);
      break;
    case StunClass::kSuccess:
      handle_success(now, path, *message);
      break;
    case StunClass::kIndication:  // keeps NAT bindings open, asks for nothing
    case StunClass::kError:       // the check is repeated, or given up, as if there were no answer
      break;
  }
  send_due_checks(now, outbox);
  update_state(now);
}

void IceAgent::handle_request(Instant now, const Path& path, const StunMessage& request, Outbox& outbox) {
  if (!is_authentic(request)) {
    ++counters_.unauthenticated;
    return;
  }
  if (request.unknown.count > 0) return refuse(path, request, kStunUnknownAttribute, outbox);
  if (is_role_conflict(request)) {
    ++counters_.role_conflicts;
    return refuse(path, request, kStunRoleConflict, outbox);
  }
  CandidatePair& pair = find_or_add(path);
  hear(now, pair);
  if (!is_full()) agreed_at_ = now;
  if (request.priority && pair.priority == 0) pair.priority = *request.priority;
  answer(path, request, outbox);
  // A path the peer uses is worth a check at once (RFC 8445 §7.3.1.4).
  if (is_full() && !pair.is_valid && !pair.next_check) {
    pair.checks_open = 0;
    pair.next_check = now;
  }
  if (!request.use_candidate || role_ == IceRole::kControlling) return;
  pair.is_nominated = true;
  pair.nominated_at = now;
  if (!is_full() || pair.is_valid) select_if_better(now, pair);
}

bool IceAgent::is_authentic(const StunMessage& request) {
  const std::string_view ufrag = request.local_ufrag();
  if (ufrag == local_.ufrag) {
    if (!request.is_signed_with(local_.pwd)) return false;
    previous_local_.reset();
    return true;
  }
  return previous_local_ && ufrag == previous_local_->ufrag && request.is_signed_with(previous_local_->pwd);
}

std::string_view IceAgent::answer_password(const StunMessage& request) const {
  return request.local_ufrag() == local_.ufrag ? local_.pwd : previous_local_->pwd;
}

bool IceAgent::is_role_conflict(const StunMessage& request) const {
  return (role_ == IceRole::kControlled && request.ice_controlled.has_value()) ||
         (role_ == IceRole::kControlling && request.ice_controlling.has_value());
}

void IceAgent::answer(const Path& path, const StunMessage& request, Outbox& outbox) const {
  StunWriter writer(outbox.begin(kStunBytesMax), StunClass::kSuccess, request.transaction);
  writer.xor_mapped_address(path.remote);
  outbox.commit(path, writer.finish(answer_password(request)));
}

void IceAgent::refuse(const Path& path, const StunMessage& request, uint16_t code, Outbox& outbox) const {
  StunWriter writer(outbox.begin(kStunBytesMax), StunClass::kError, request.transaction);
  const bool is_unknown = code == kStunUnknownAttribute;
  writer.error_code(code, is_unknown ? kUnknownAttributeReason : kRoleConflictReason);
  if (is_unknown) writer.unknown_attributes(request.unknown.list());
  outbox.commit(path, writer.finish(answer_password(request)));
}

void IceAgent::handle_success(Instant now, const Path& path, const StunMessage& response) {
  CandidatePair* pair = find(path);
  const uint32_t number = load_u32(response.transaction.data() + 8);
  if (pair == nullptr || !remote_ || load_u64(response.transaction.data()) != pair->check_id || number == 0 ||
      number > pair->checks_sent) {
    ++counters_.unexpected;
    return;
  }
  if (!response.is_signed_with(remote_->pwd)) {
    ++counters_.unauthenticated;
    return;
  }
  hear(now, *pair);
  agreed_at_ = now;
  pair->is_valid = true;
  pair->checks_open = 0;
  if (selected_ != path) pair->next_check.reset();
  if (role_ == IceRole::kControlling) {
    const bool is_agreed = pair->is_nominated && pair->first_nominating != 0 && number >= pair->first_nominating;
    if (is_agreed) select_if_better(now, *pair);
    nominate_best();
  } else if (pair->is_nominated) {
    select_if_better(now, *pair);
  }
}

void IceAgent::send_check(Instant now, CandidatePair& pair, Outbox& outbox) {
  ++pair.checks_sent;
  ++pair.checks_open;
  StunTransactionId transaction{};
  store_u64(transaction.data(), pair.check_id);
  store_u32(transaction.data() + 8, pair.checks_sent);
  StunWriter writer(outbox.begin(kStunBytesMax), StunClass::kRequest, transaction);
  writer.username(remote_->ufrag, local_.ufrag);
  writer.priority(kPeerReflexivePriority);
  if (role_ == IceRole::kControlling) {
    writer.ice_controlling(kControllingTieBreaker);
    if (pair.is_nominated) {
      writer.use_candidate();
      if (pair.first_nominating == 0) pair.first_nominating = pair.checks_sent;
    }
  } else {
    writer.ice_controlled(kControlledTieBreaker);
  }
  outbox.commit(pair.path, writer.finish(remote_->pwd));
  if (pair.path == selected_) {
    // Between 0.8 and 1.2 of the time, so that agents do not fall into step (RFC 7675 §5.1).
    const uint64_t fifth = static_cast<uint64_t>(kConsentCheckEvery.count()) / 5;
    pair.next_check = now + Duration(4 * fifth + random_.below(2 * fifth));
  } else if (pair.checks_open < kChecksUnansweredMax) {
    pair.next_check = now + std::min(kCheckWaitFirst * (1 << (pair.checks_open - 1)), kCheckWaitLast);
  } else {
    pair.next_check.reset();
  }
}

void IceAgent::send_due_checks(Instant now, Outbox& outbox) {
  if (!is_full() || !remote_) return;
  for (CandidatePair& pair : pairs_) {
    if (pair.next_check && *pair.next_check <= now) send_check(now, pair, outbox);
  }
}

void IceAgent::nominate_best() {
  const auto rank = [](const CandidatePair& pair) {
    return std::tuple(pair.is_valid, !pair.path.is_tcp(), pair.priority);
  };
  CandidatePair& best = *std::ranges::max_element(pairs_, {}, rank);
  if (best.is_nominated) return;
  for (CandidatePair& pair : pairs_) pair.is_nominated = false;
  best.is_nominated = true;
  best.first_nominating = 0;
  best.next_check = Instant{};
}

void IceAgent::check_all_again() {
  if (!is_full()) return;
  for (CandidatePair& pair : pairs_) {
    pair.is_valid = false;
    pair.is_nominated = false;
    pair.checks_open = 0;
    pair.next_check = Instant{};
  }
}

bool IceAgent::may_replace_selected(Instant now, const CandidatePair& nominated) {
  const CandidatePair* selected = selected_ ? find(*selected_) : nullptr;
  if (selected == nullptr || role_ == IceRole::kControlling) return true;
  const bool is_still_wanted = selected->is_nominated && now - selected->nominated_at < kNominationCounts;
  if (!is_still_wanted) return true;
  if (selected->path.is_tcp() != nominated.path.is_tcp()) return selected->path.is_tcp();
  // A lite agent's peer nominates only what it has chosen. The peer of a full one may nominate whatever answers and
  // expects the best of it to be used (RFC 5245 §8.1.1.2).
  return !is_full() || nominated.priority >= selected->priority;
}

void IceAgent::select_if_better(Instant now, const CandidatePair& nominated) {
  if (selected_ == nominated.path || !may_replace_selected(now, nominated)) return;
  selected_ = nominated.path;
  if (is_full()) find(nominated.path)->next_check = now + kConsentCheckEvery;
}

std::optional<Instant> IceAgent::next_timeout() const {
  std::optional<Instant> next;
  if (state_ == IceState::kConnected) next = agreed_at_ + kDisconnectedAfter;
  if (state_ == IceState::kDisconnected && selected_) next = agreed_at_ + kConsentTime;
  if (is_full() && remote_) {
    for (const CandidatePair& pair : pairs_) next = earlier(next, pair.next_check);
  }
  return next;
}

void IceAgent::handle_timeout(Instant now, Outbox& outbox) {
  update_state(now);
  send_due_checks(now, outbox);
}

void IceAgent::update_state(Instant now) {
  if (!selected_) return;
  const Duration silence = now - agreed_at_;
  if (silence < kDisconnectedAfter) {
    state_ = IceState::kConnected;
    return;
  }
  const bool was_connected = state_ == IceState::kConnected;
  state_ = IceState::kDisconnected;
  if (was_connected && role_ == IceRole::kControlling) check_all_again();
  if (silence >= kConsentTime) selected_.reset();
}

}  // namespace kith::rtc
