#include "api/http_handler.hpp"

#include <sodium.h>

#include "api/http_request_rules.hpp"
#include "api/metrics.hpp"
#include "api/static_files.hpp"
#include "api/websocket_session.hpp"
#include "base/log.hpp"

namespace kith::api {
namespace {

constexpr std::string_view kCallPrefix = "/api/kith.v1.";
constexpr std::string_view kApiPrefix = "/api/";
constexpr std::chrono::seconds kPollSweepEvery{10};

net::Response answer_in(Form form, std::string body, int status = 200) {
  net::Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", form == Form::kJson ? "application/json" : "application/proto");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

net::Response json_response(int status, std::string body) { return answer_in(Form::kJson, std::move(body), status); }

net::Response error_answer(const Error& error, const std::string& request_id) {
  if (error.reason == Reason::kInternal) {
    log::error("call failed", {{"request", request_id}, {"why", error.message}});
  } else {
    log::debug("call refused", {{"request", request_id}, {"reason", rule_of(error.reason).name}});
  }
  net::Response response = json_response(http_status(error.reason), connect_error_json(error, request_id));
  response.headers.add("Kith-Request-Id", request_id);
  if (error.retry_after_ms != 0) {
    response.headers.add("Retry-After", std::to_string((error.retry_after_ms + 999) / 1000));
  }
  return response;
}

Error unknown_method() {
  return {.reason = Reason::kUnknownMethod, .message = "There is no such method.", .field = {}};
}
Error unsupported_form() {
  return {
      .reason = Reason::kUnsupportedMediaType, .message = "Send application/json or application/proto.", .field = {}};
}
Error not_signed_in() { return {.reason = Reason::kNotSignedIn, .message = "Sign in first.", .field = {}}; }
Error wrong_origin() {
  return {.reason = Reason::kWrongOrigin, .message = "The request comes from another site's page.", .field = {}};
}

}  // namespace

HttpHandler::HttpHandler(Services& services, CallEndpoint& calls, Random& random, Metrics metrics)
    : services_(services),
      calls_(calls),
      dispatcher_(services),
      request_ids_(random),
      polls_(services.context.limits, random),
      metrics_(std::move(metrics)) {}

void HttpHandler::add_reactor(net::Reactor& reactor, chat::HubShard& shard) {
  states_.push_back(std::make_unique<ReactorState>(services_, reactor, shard, request_ids_));
  reactor.post([this, &state = *states_.back()] {
    state.start();
    struct Sweep {
      PollTable& polls;
      ReactorState& state;
      void operator()() const {
        polls.end_idle(state);
        state.reactor.call_after(kPollSweepEvery, Sweep{polls, state});
      }
    };
    Sweep{polls_, state}();
  });
}

void HttpHandler::handle_request(net::Request request, net::Responder responder) {
  ReactorState& state = state_of(responder);
  const std::string_view path = request.path();
  if (path.starts_with(kCallPrefix)) {
    spawn(handle_call(state, std::move(request), std::move(responder)), [] {});
  } else if (path == "/api/realtime") {
    spawn(handle_upgrade(state, std::move(request), std::move(responder)), [] {});
  } else if (path == "/api/poll") {
    spawn(handle_poll(state, std::move(request), std::move(responder)), [] {});
  } else if (CallEndpoint::owns(path)) {
    calls_.handle_request(request, std::move(responder));
  } else if (path == "/healthz") {
    const bool ok = !is_stopping_;
    responder.respond(json_response(ok ? 200 : 503, ok ? "{\"status\":\"ok\"}" : "{\"status\":\"stopping\"}"));
  } else if (path == "/metrics" && !metrics_.token.reveal().empty()) {
    responder.respond(answer_metrics(request));
  } else if (path.starts_with(kApiPrefix)) {
    responder.respond(error_answer(unknown_method(), request_ids_.next()));
  } else {
    responder.respond(static_response(request));
  }
}

net::Response HttpHandler::answer_metrics(const net::Request& request) {
  const std::string given = session_token(request);
  const std::string& expected = metrics_.token.reveal();
  if (given.size() != expected.size() || sodium_memcmp(given.data(), expected.data(), given.size()) != 0) {
    return error_answer(not_signed_in(), request_ids_.next());
  }
  return metrics_response(metrics_.text());
}

net::Response HttpHandler::error_response(int status, std::string_view message) {
  Error error{.reason = Reason::kMalformed, .message = std::string(message), .field = {}};
  if (status == 413 || status == 431) error.reason = Reason::kTooLarge;
  if (status == 503) error.reason = Reason::kBusy;
  net::Response response = error_answer(error, request_ids_.next());
  response.status = status;
  return response;
}

Task<Result<std::optional<chat::Caller>>> HttpHandler::authenticate(const net::Request& request) {
  std::string token = session_token(request);
  if (token.empty()) co_return std::nullopt;
  auto caller = co_await services_.session_cache.authenticate(std::move(token));
  if (!caller) co_return std::unexpected(std::move(caller).error());
  co_return *caller;
}

Task<void> HttpHandler::handle_call(ReactorState& state, net::Request request, net::Responder responder) {
  const std::string request_id = request_ids_.next();
  const auto refuse = [&](const Error& error) { responder.respond(error_answer(error, request_id)); };
  const std::string path(request.path().substr(kApiPrefix.size()));
  if (!dispatcher_.knows(path)) co_return refuse(unknown_method());
  if (request.method != "POST") {
    net::Response response = json_response(405, "{\"code\":\"unimplemented\",\"message\":\"Call methods with POST.\"}");
    response.headers.add("Allow", "POST");
    responder.respond(std::move(response));
    co_return;
  }
  if (is_foreign_origin(request)) co_return refuse(wrong_origin());
  const auto form = form_of(request);
  if (!form) co_return refuse(unsupported_form());
  auto caller = co_await authenticate(request);
  // A stale cookie must not keep anybody from signing in again.
  const bool is_open_method = path.ends_with("/Login") || path.ends_with("/Register") || path.ends_with("/GetServer");
  if (!caller && !is_open_method) co_return refuse(caller.error());
  if (!caller) caller = std::nullopt;
  const std::string address = address_key(request.peer);
  uint32_t wait_ms = 0;
  const std::string limit_key = *caller ? "d" + std::to_string((*caller)->device.value) : address;
  if (!state.take_http_call(limit_key, services_.context.limits.http_calls_per_second, wait_ms)) {
    co_return refuse(
        {.reason = Reason::kRateLimited, .message = "Too many calls.", .field = {}, .retry_after_ms = wait_ms});
  }
  CallContext context{.caller = *caller,
                      .from = {.address = address, .device_name = device_name(request.header("User-Agent"))},
                      .socket_origin = socket_origin(request)};
  auto answer = co_await dispatcher_.call(path, *form, std::move(context), std::move(request.body));
  if (!answer) co_return refuse(answer.error());
  net::Response response = answer_in(*form, std::move(answer->body));
  response.headers.add("Kith-Request-Id", request_id);
  if (!answer->session_token.empty()) {
    response.headers.add("Set-Cookie", session_cookie(request, answer->session_token));
  } else if (answer->ends_session) {
    response.headers.add("Set-Cookie", session_cookie(request, {}));
  }
  responder.respond(std::move(response));
}

Task<void> HttpHandler::handle_upgrade(ReactorState& state, net::Request request, net::Responder responder) {
  const std::string request_id = request_ids_.next();
  const auto refuse = [&](const Error& error) { responder.respond(error_answer(error, request_id)); };
  if (!request.is_websocket_upgrade) {
    net::Response response = error_answer(
        {.reason = Reason::kMalformed, .message = "This address takes WebSocket connections.", .field = {}},
        request_id);
    response.status = 426;
    response.headers.add("Upgrade", "websocket");
    responder.respond(std::move(response));
    co_return;
  }
  if (is_foreign_origin(request)) co_return refuse(wrong_origin());
  const auto caller = co_await authenticate(request);
  if (!caller) co_return refuse(caller.error());
  if (!*caller) co_return refuse(not_signed_in());
  std::weak_ptr<WebSocketSession> opened;
  responder.upgrade([&](net::WebSocket& socket) -> std::shared_ptr<net::SocketHandler> {
    auto session = std::make_shared<WebSocketSession>(state, **caller, socket);
    session->open();
    opened = session;
    return std::make_shared<WebSocketSessionHandler>(std::move(session));
  });
  // A revocation between the first look and the registration reached nobody: look once more.
  const auto still = co_await authenticate(request);
  const auto session = opened.lock();
  if (session && (!still || !*still)) session->end_session();
}

Task<void> HttpHandler::handle_poll(ReactorState& state, net::Request request, net::Responder responder) {
  const std::string request_id = request_ids_.next();
  const auto refuse = [&](const Error& error) { responder.respond(error_answer(error, request_id)); };
  if (request.method != "POST") {
    co_return refuse({.reason = Reason::kMalformed, .message = "Poll with POST.", .field = {}});
  }
  if (is_foreign_origin(request)) co_return refuse(wrong_origin());
  const auto form = form_of(request);
  if (!form) co_return refuse(unsupported_form());
  const auto caller = co_await authenticate(request);
  if (!caller) co_return refuse(caller.error());
  if (!*caller) co_return refuse(not_signed_in());
  kith::v1::PollRequest round;
  if (auto decoded = decode(*form, request.body, round); !decoded) co_return refuse(decoded.error());
  auto answer = co_await completion<Result<kith::v1::PollResponse>>(
      [&](auto resolve) { polls_.handle_round(state, **caller, std::move(round), std::move(resolve)); });
  if (!answer) co_return refuse(answer.error());
  responder.respond(answer_in(*form, encode(*form, *answer)));
}

}  // namespace kith::api
