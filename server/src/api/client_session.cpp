#include "api/client_session.hpp"

#include "api/realtime_calls.hpp"
#include "api/wire.hpp"
#include "base/log.hpp"

namespace kith::api {

namespace v1 = ::kith::v1;

ClientSession::ClientSession(ReactorState& state, const chat::Caller& caller) : Subscriber(caller), state_(state) {}

ClientSession::~ClientSession() { close(); }

void ClientSession::open() {
  is_open_ = true;
  // Registered from the first moment, so that a revocation ends it whether it ever asks for a Sync or not.
  state_.hub.add(*this);
  state_.services.presence.connect(caller().user, caller().device);
}

void ClientSession::close() {
  if (!is_open_) return;
  is_open_ = false;
  state_.hub.remove(*this);
  state_.services.presence.disconnect(caller().user, caller().device);
  waiting_.clear();
}

void ClientSession::handle_call(v1::ClientFrame frame) {
  const Limits& limits = state_.services.context.limits;
  if (!rate_.take(state_.reactor.now(), limits.ws_calls_per_second)) {
    emit_error(frame.id(), {.reason = Reason::kRateLimited,
                            .message = "Too many calls.",
                            .field = {},
                            .retry_after_ms = rate_.wait_ms(limits.ws_calls_per_second)});
    return;
  }
  if (frame.has_sync()) {
    spawn(run_sync(frame.id(), std::move(*frame.mutable_sync()), shared_from_this()), [] {});
    return;
  }
  if (is_send(frame) && sends_in_flight_ >= limits.sends_in_flight) {
    emit_error(
        frame.id(),
        {.reason = Reason::kBusy, .message = "Too many sends are unacknowledged.", .field = {}, .retry_after_ms = 100});
    return;
  }
  spawn(run_call(std::move(frame), shared_from_this()), [] {});
}

Task<void> ClientSession::run_call(v1::ClientFrame frame, std::shared_ptr<ClientSession> self) {
  const bool counts = is_send(frame);
  if (counts) ++sends_in_flight_;
  v1::Answer answer = co_await answer_call(state_.services, caller(), std::move(frame), state_.request_ids.next());
  if (counts) --sends_in_flight_;
  if (self->is_open_) emit_answer(std::move(answer));
}

Task<void> ClientSession::run_sync(uint32_t id, v1::SyncRequest request, std::shared_ptr<ClientSession> self) {
  if (phase_ == Phase::kSyncing) {
    emit_error(id, {.reason = Reason::kBusy, .message = "A Sync is under way.", .field = {}, .retry_after_ms = 100});
    co_return;
  }
  const bool was_live = phase_ == Phase::kLive;
  phase_ = Phase::kSyncing;
  auto answer = co_await subscribe_and_sync(std::move(request));
  if (!self->is_open_) co_return;
  phase_ = Phase::kLive;
  if (answer) {
    pos_ = answer->token.pos;
    version_ = answer->token.version;
    v1::Answer out;
    out.set_id(id);
    *out.mutable_sync() = std::move(answer->response);
    emit_answer(std::move(out));
    state_.hub.set_version(caller().user, version_);
  } else {
    emit_error(id, answer.error());
    if (!was_live) {
      // Out of the rooms again; only the registration itself stays.
      state_.hub.remove(*this);
      state_.hub.add(*this);
      phase_ = Phase::kQuiet;
    }
  }
  // What happened meanwhile: the answer may contain some of it already, and the client knows events by seq.
  const auto waiting = std::move(waiting_);
  waiting_.clear();
  if (phase_ != Phase::kLive) co_return;
  for (const chat::SharedDelivery& delivery : waiting) deliver(delivery);
}

Task<Result<chat::SyncAnswer>> ClientSession::subscribe_and_sync(v1::SyncRequest request) {
  // Subscribed before the head is read (docs/data.md, "Sync"): whatever is committed after it is delivered to us.
  CO_TRY(const auto rooms, co_await state_.services.sync.rooms_of(caller().user));
  if (is_open_) state_.hub.subscribe(*this, rooms);
  co_return co_await state_.services.sync.sync(caller(), std::move(request));
}

void ClientSession::deliver(const chat::SharedDelivery& delivery) {
  if (phase_ == Phase::kQuiet) return;
  if (phase_ == Phase::kSyncing) {
    if (waiting_.size() < state_.services.context.limits.sync_waiting_items) {
      waiting_.push_back(delivery);
    } else {
      end_transport();  // It resumes with its token.
    }
    return;
  }
  emit(frame_of(delivery));
  if (!owed_token_) {
    owed_token_ = true;
    state_.owe_token(weak_from_this());
  }
}

void ClientSession::send_token() {
  if (!is_open_ || phase_ != Phase::kLive) return;
  owed_token_ = false;
  const auto& sync = state_.services.sync;
  const Version version = std::max(version_, state_.hub.told_version(caller().user));
  v1::ServerItem item;
  const Pos pos = std::max(pos_, state_.hub.told_pos());
  item.set_token(sync.encode_token(caller().user, sync.token_at(pos, version)));
  emit_item(item);
}

void ClientSession::end_session() {
  v1::ServerItem item;
  *item.mutable_goodbye()->mutable_error() =
      present_error({.reason = Reason::kSessionRevoked, .message = "This session was ended.", .field = {}}, {});
  emit_item(item);
  end_transport();
}

void ClientSession::emit_answer(v1::Answer answer) {
  v1::ServerItem item;
  *item.mutable_answer() = std::move(answer);
  emit_item(item);
}

void ClientSession::emit_error(uint32_t call_id, Error error) {
  const std::string request_id = state_.request_ids.next();
  if (error.reason == Reason::kInternal) log::error("call failed", {{"request", request_id}});
  v1::Answer answer;
  answer.set_id(call_id);
  *answer.mutable_error() = present_error(error, request_id);
  emit_answer(std::move(answer));
}

}  // namespace kith::api
