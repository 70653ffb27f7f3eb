#include "call/call_host.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/deadline.hpp"
#include "call/hosted_call.hpp"
#include "call/media_events.hpp"
#include "call/request_handler.hpp"
#include "call/signal_codec.hpp"
#include "call/signal_limits.hpp"

namespace kith::call {

struct CallHost::State {
  State(sfu::MediaControl& engine, CallAttendance& attendance, const Clock& clock, Random& random,
        CallHostSettings host_settings)
      : settings(std::move(host_settings)),
        media(engine),
        context{.media = engine,
                .attendance = attendance,
                .clock = clock,
                .random = random,
                .settings = settings,
                .index = index} {}

  HostedCall* find(CallId call);
  HostedCall& find_or_begin(Instant now, const Connect& connect);
  /// Tells what the media engine has to say, until it has no more.
  void handle_events(Instant now);

  const CallHostSettings settings;
  sfu::MediaControl& media;
  SessionIndex index;
  const CallContext context;
  std::unordered_map<CallId, std::unique_ptr<HostedCall>> calls;
  Instant next_tick;
};

HostedCall* CallHost::State::find(CallId call) {
  const auto found = calls.find(call);
  return found == calls.end() ? nullptr : found->second.get();
}

HostedCall& CallHost::State::find_or_begin(Instant now, const Connect& connect) {
  if (calls.empty()) next_tick = now + kTickEvery;
  auto& call = calls[connect.call];
  if (!call) call = std::make_unique<HostedCall>(context, connect.call, connect.call_name, now);
  return *call;
}

void CallHost::State::handle_events(Instant now) {
  MediaEvents handler(now, index, media);
  for (auto events = media.take_events(); !events.empty(); events = media.take_events()) {
    for (sfu::Event& event : events) std::visit(handler, event);
  }
  index.ended.clear();
}

CallHost::CallHost(sfu::MediaControl& media, CallAttendance& attendance, const Clock& clock, Random& random,
                   CallHostSettings settings)
    : state_(std::make_unique<State>(media, attendance, clock, random, std::move(settings))) {}

CallHost::~CallHost() = default;

void CallHost::connect(Instant now, SignalSocketId socket, Connect connect, std::shared_ptr<SignalLink> link,
                       rtc::Outbox& outbox) {
  HostedCall& call = state_->find_or_begin(now, connect);
  if (connect.resume_sid.empty()) {
    call.join(now, socket, std::move(connect), std::move(link), outbox);
  } else {
    call.resume(now, socket, connect, std::move(link));
  }
  state_->handle_events(now);
}

void CallHost::handle_message(Instant now, SignalSocketId socket, std::string_view message, bool is_text,
                              rtc::Outbox& outbox) {
  SignalSession* session = state_->index.find(socket);
  if (session == nullptr) return;
  session->heard(now, is_text);
  const auto request = decode_request(message, is_text);
  if (!request) return;
  RequestHandler(now, *session, outbox).handle(*request);
  state_->handle_events(now);
}

void CallHost::handle_closed(Instant now, SignalSocketId socket, rtc::Outbox& outbox) {
  SignalSession* session = state_->index.find(socket);
  if (session == nullptr) return;
  session->call().handle_socket_closed(now, *session, outbox);
  state_->handle_events(now);
}

void CallHost::end_call(Instant now, CallId call, rtc::Outbox& outbox) {
  HostedCall* live = state_->find(call);
  if (live == nullptr) return;
  live->end(now, outbox);
  state_->calls.erase(call);
  state_->handle_events(now);
}

void CallHost::remove_participant(Instant now, CallId call, UserId user, rtc::Outbox& outbox) {
  HostedCall* live = state_->find(call);
  if (live == nullptr) return;
  SignalSession* session = live->find_user(user);
  if (session == nullptr) return;
  live->end_session(now, *session, livekit::PARTICIPANT_REMOVED, livekit::LeaveRequest::DISCONNECT, outbox);
  state_->handle_events(now);
}

void CallHost::drain(Instant now) {
  for (auto& [id, call] : state_->calls) {
    for (const auto& [participant, session] : call->sessions()) {
      if (session->has_socket()) call->ask_to_rejoin(now, *session, livekit::SERVER_SHUTDOWN);
    }
  }
}

void CallHost::handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox& outbox) {
  state_->media.handle_datagram(now, path, datagram, outbox);
}

void CallHost::finish_pass(Instant now, rtc::Outbox& outbox) {
  state_->handle_events(now);
  state_->media.finish_pass(now, outbox);
  state_->handle_events(now);
}

std::optional<Instant> CallHost::next_timeout() const {
  const std::optional<Instant> media = state_->media.next_timeout();
  if (state_->calls.empty()) return media;
  return earlier(media, state_->next_tick);
}

void CallHost::handle_timeout(Instant now, rtc::Outbox& outbox) {
  state_->media.handle_timeout(now, outbox);
  state_->handle_events(now);
  if (state_->calls.empty() || now < state_->next_tick) return;
  state_->next_tick = now + kTickEvery;
  for (auto& [id, call] : state_->calls) call->handle_tick(now, outbox);
  state_->handle_events(now);
  std::erase_if(state_->calls, [&](const auto& entry) {
    HostedCall& call = *entry.second;
    if (!call.is_deserted(now)) return false;
    call.end(now, outbox);
    return true;
  });
}

void CallHost::forget_path(const rtc::Path& path) { state_->media.forget_path(path); }

}  // namespace kith::call
