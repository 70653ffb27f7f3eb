#include "api/poll.hpp"

#include <algorithm>
#include <array>

namespace kith::api {

namespace v1 = ::kith::v1;

PollSession::PollSession(ReactorState& state, const chat::Caller& caller, std::string id)
    : ClientSession(state, caller), state_(state), id_(std::move(id)), last_round_(state.reactor.now()) {}

void PollSession::handle_round(v1::PollRequest request, Answer answer) {
  if (answer_) answer_round();
  last_round_ = state_.reactor.now();
  answer_ = std::move(answer);
  for (v1::ClientFrame& call : *request.mutable_calls()) handle_call(std::move(call));
  if (!answer_) return;
  if (!gathered_.empty() || request.wait_ms() == 0 || has_ended_) {
    // Answers that come at once, and everything of this pass, leave together.
    state_.reactor.post([self = std::static_pointer_cast<PollSession>(shared_from_this())] { self->answer_round(); });
    return;
  }
  const auto wait = std::min(std::chrono::milliseconds(request.wait_ms()), state_.services.context.limits.poll_wait);
  wait_ = state_.reactor.call_after(wait, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) std::static_pointer_cast<PollSession>(self)->answer_round();
  });
}

void PollSession::answer_round() {
  if (!answer_) return;
  state_.reactor.cancel(wait_);
  wait_ = net::TimerId::kNone;
  v1::PollResponse response;
  response.set_connection_id(id_);
  response.mutable_frame()->ParseFromString(gathered_);
  gathered_.clear();
  last_round_ = state_.reactor.now();
  std::exchange(answer_, {})(std::move(response));
}

void PollSession::emit(const ItemFrame& frame) {
  if (has_ended_) return;
  if (gathered_.size() + frame.payload().size() > state_.services.context.limits.ws_queue_bytes) {
    gathered_.clear();
    end_transport();
    return;
  }
  const bool was_empty = gathered_.empty();
  gathered_ += frame.payload();
  if (was_empty && answer_) {
    state_.reactor.post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) std::static_pointer_cast<PollSession>(self)->answer_round();
    });
  }
}

void PollSession::end_transport() { has_ended_ = true; }

void PollTable::handle_round(ReactorState& state, const chat::Caller& caller, v1::PollRequest request,
                             std::move_only_function<void(Result<v1::PollResponse>)> answer) {
  Result<Entry> entry = fail(Reason::kBadCursor, "There is no such connection: open a new one.", "connection_id");
  if (request.connection_id().empty()) {
    entry = open(state, caller);
  } else if (auto found = find(request.connection_id(), caller)) {
    entry = *std::move(found);
  }
  if (!entry) {
    answer(std::unexpected(std::move(entry).error()));
    return;
  }
  // The session works on its own reactor; the answer goes back to the one that holds the request.
  entry->home->reactor.post([session = entry->session, request = std::move(request), &asked_on = state.reactor,
                             answer = std::move(answer)]() mutable {
    session->handle_round(
        std::move(request), [&asked_on, answer = std::move(answer)](v1::PollResponse response) mutable {
          asked_on.post(
              [answer = std::move(answer), response = std::move(response)]() mutable { answer(std::move(response)); });
        });
  });
}

std::optional<PollTable::Entry> PollTable::find(const std::string& id, const chat::Caller& caller) {
  const std::scoped_lock lock(mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end() || entry->second.session->caller() != caller || entry->second.session->has_ended()) {
    return std::nullopt;
  }
  return entry->second;
}

Result<PollTable::Entry> PollTable::open(ReactorState& state, const chat::Caller& caller) {
  std::array<std::byte, 16> bytes{};
  random_.fill(bytes);
  std::string id = to_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const std::scoped_lock lock(mutex_);
  if (entries_.size() >= limits_.poll_connections) {
    return fail(Reason::kBusy, "Too many polled connections.");
  }
  auto session = std::make_shared<PollSession>(state, caller, id);
  session->open();
  const Entry entry{.session = std::move(session), .home = &state};
  entries_.emplace(std::move(id), entry);
  return entry;
}

void PollTable::end_idle(ReactorState& state) {
  std::vector<std::shared_ptr<PollSession>> ended;
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(entries_, [&](const auto& entry) {
      const PollSession& session = *entry.second.session;
      if (entry.second.home != &state) return false;
      if (!session.has_ended() && state.reactor.now() - session.last_round() <= limits_.poll_connection_time) {
        return false;
      }
      ended.push_back(entry.second.session);
      return true;
    });
  }
  for (const auto& session : ended) session->close();
}

}  // namespace kith::api
