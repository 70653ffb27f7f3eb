#include "api/call_endpoint.hpp"

#include "api/call_query.hpp"
#include "api/call_socket.hpp"
#include "api/http_request_rules.hpp"
#include "base/log.hpp"
#include "call/signal_limits.hpp"

namespace kith::api {
namespace {

/// Middleboxes drop quiet connections, and a call must notice sooner than a chat.
constexpr std::chrono::seconds kPingEvery{10};

/// Apps on other origins may use calls, with a token that a member gave them: so every answer says it may be read.
net::Response answer(int status, std::string text) {
  net::Response response{.status = status, .headers = {}, .body = std::move(text)};
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Allow-Headers", "*");
  response.headers.add("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
  return response;
}

std::string token_of(const net::Request& request) {
  std::string token = query_value(request.query(), "access_token");
  return token.empty() ? bearer_token(request) : token;
}

}  // namespace

bool CallEndpoint::owns(std::string_view path) {
  return path.starts_with(kCallPath) && (path.size() == kCallPath.size() || path[kCallPath.size()] == '/');
}

void CallEndpoint::handle_request(const net::Request& request, net::Responder responder) {
  const std::string_view path = request.path().substr(kCallPath.size());
  if (request.method == "OPTIONS") return responder.respond(answer(204, {}));
  if (request.method != "GET" && request.method != "HEAD") return responder.respond(answer(405, "Only GET."));
  if (path.empty() || path == "/") return responder.respond(answer(200, "OK"));
  if (path == "/rtc" && request.is_websocket_upgrade) return upgrade(request, std::move(responder));
  if (path == "/rtc/validate") {
    const auto connect = authorize(request, responder.reactor().wall());
    return responder.respond(connect ? answer(200, "success") : answer(connect.error().status, connect.error().text));
  }
  // Also /rtc/v1, which clients try first: this answer makes them use /rtc at once.
  responder.respond(answer(404, "not found"));
}

std::expected<call::Connect, CallEndpoint::Refusal> CallEndpoint::authorize(const net::Request& request,
                                                                            UnixMillis now) const {
  using Entry = call::CallAttendance::Entry;
  auto grant = parts_.tokens.decode(token_of(request), now);
  if (!grant) return std::unexpected(Refusal{401, grant.error().message});
  if (is_stopping_) return std::unexpected(Refusal{503, "The server is stopping."});
  switch (parts_.attendance.entry_of(grant->call, grant->user)) {
    case Entry::kNoSuchCall:
      // Clients look for these words: without them a 404 means that the server has no calls.
      return std::unexpected(Refusal{404, "requested room does not exist"});
    case Entry::kNotLetIn:
      return std::unexpected(Refusal{403, "You are not in this call."});
    case Entry::kOpen:
      break;
  }
  call::Connect connect{.call = grant->call,
                        .user = grant->user,
                        .call_name = parts_.ids.encode(grant->call),
                        .identity = parts_.ids.encode(grant->user),
                        .name = std::move(grant->name),
                        .permissions = {.can_subscribe = grant->can_subscribe,
                                        .can_publish = grant->can_publish,
                                        .can_publish_data = grant->can_publish_data},
                        .can_update_metadata = grant->can_update_own_metadata};
  read_call_query(request.query(), request.header("User-Agent"), connect);
  return connect;
}

void CallEndpoint::upgrade(const net::Request& request, net::Responder responder) {
  auto connect = authorize(request, responder.reactor().wall());
  if (!connect) {
    log::debug("call refused", {{"status", connect.error().status}});
    return responder.respond(answer(connect.error().status, connect.error().text));
  }
  const auto id = static_cast<call::SignalSocketId>(++last_socket_);
  call::HostQueue& queue = parts_.hosts.queue_of(connect->call);
  responder.upgrade(
      [&](net::WebSocket& socket) -> std::shared_ptr<net::SocketHandler> {
        auto handler = std::make_shared<CallSocket>(id, socket, queue, parts_.limits.ws_calls_per_second);
        handler->open(std::move(*connect));
        return handler;
      },
      {}, {.message_bytes_max = call::kSignalMessageBytesMax, .ping_every = kPingEvery});
}

}  // namespace kith::api
