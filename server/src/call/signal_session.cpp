#include "call/signal_session.hpp"

#include "call/signal_codec.hpp"
#include "call/signal_limits.hpp"

namespace kith::call {

void SignalSession::attach(Instant now, SignalSocketId socket, std::shared_ptr<SignalLink> link) {
  socket_ = socket;
  link_ = std::move(link);
  heard_at_ = now;
  token_at_ = now - kTokenTime;
  socket_lost_at_.reset();
}

void SignalSession::detach(Instant now) {
  socket_ = SignalSocketId::kNone;
  link_ = nullptr;
  socket_lost_at_ = now;
  // The answer to an offer may have been lost with the socket: a resume makes a new one.
  offered_at_.reset();
}

void SignalSession::close(Instant now) {
  if (link_ == nullptr) return;
  link_->close();
  detach(now);
}

void SignalSession::send(const livekit::SignalResponse& response) {
  if (link_ != nullptr) link_->send(encode_response(response, speaks_text_), speaks_text_);
}

void SignalSession::send_leave(livekit::LeaveRequest::Action action, livekit::DisconnectReason reason) {
  livekit::SignalResponse response;
  response.mutable_leave()->set_action(action);
  response.mutable_leave()->set_reason(reason);
  response.mutable_leave()->set_can_reconnect(action != livekit::LeaveRequest::DISCONNECT);
  send(response);
}

void SignalSession::heard(Instant now, bool is_text) {
  heard_at_ = now;
  speaks_text_ = is_text;
}

Overdue SignalSession::overdue(Instant now) const {
  const auto is_over = [now](std::optional<Instant> since, Duration most) { return since && now - *since >= most; };
  if (is_over(asked_to_rejoin_at_, kRejoinTime)) return Overdue::kRejoin;
  if (!is_active_ && is_over(joined_at_, kConnectTime)) return Overdue::kFirstConnection;
  if (is_over(media_lost_at_, kWithoutMediaTime)) return Overdue::kMedia;
  if (is_over(socket_lost_at_, kWithoutSocketTime)) return Overdue::kResume;
  if (is_over(offered_at_, kAnswerTime)) return Overdue::kAnswer;
  if (has_socket() && is_over(heard_at_, kSilenceTime)) return Overdue::kPing;
  return Overdue::kNothing;
}

bool SignalSession::take_token_turn(Instant now) {
  if (!has_socket() || now - token_at_ < kTokenTime) return false;
  token_at_ = now;
  return true;
}

}  // namespace kith::call
