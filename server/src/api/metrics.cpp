#include "api/metrics.hpp"

#include <cstdint>

namespace kith::api {
namespace {

void add(std::string& out, const char* name, const char* type, const char* help, uint64_t value) {
  out += std::string("# HELP kith_") + name + " " + help + "\n# TYPE kith_" + name + " " + type + "\nkith_" + name +
         " " + std::to_string(value) + "\n";
}

}  // namespace

std::string metrics_text(const ServerMetrics& metrics) {
  const auto& [net, store, media, users_online] = metrics;
  std::string out;
  const auto counter = [&](const char* name, const char* help, uint64_t value) {
    add(out, name, "counter", help, value);
  };
  const auto gauge = [&](const char* name, const char* help, uint64_t value) { add(out, name, "gauge", help, value); };
  gauge("connections_open", "Open connections, HTTP and WebSocket.", net.connections_open);
  gauge("websockets_open", "Open WebSockets.", net.websockets_open);
  gauge("users_online", "Users with a device in use or away.", users_online);
  counter("connections_accepted_total", "Connections accepted.", net.connections_accepted);
  counter("connections_refused_total", "Connections refused over a limit.", net.connections_refused);
  counter("http_requests_total", "HTTP requests.", net.requests);
  counter("http_responses_4xx_total", "HTTP answers with a client's error.", net.responses_4xx);
  counter("http_responses_5xx_total", "HTTP answers with a server's error.", net.responses_5xx);
  counter("websocket_messages_in_total", "WebSocket messages received.", net.messages_in);
  counter("websocket_frames_out_total", "WebSocket frames queued.", net.frames_out);
  counter("bytes_in_total", "Bytes received.", net.bytes_in);
  counter("bytes_out_total", "Bytes sent.", net.bytes_out);
  counter("socket_writes_total", "Writes to sockets; frames over writes is the coalescing.", net.writes);
  counter("slow_disconnects_total", "Readers disconnected because their queue was full.", net.slow_disconnects);
  counter("ping_timeouts_total", "Silent peers disconnected.", net.ping_timeouts);
  counter("protocol_errors_total", "Malformed HTTP or WebSocket input.", net.protocol_errors);
  counter("request_timeouts_total", "Requests that came too slowly.", net.request_timeouts);
  counter("tls_handshakes_total", "TLS handshakes finished.", net.tls_handshakes);
  counter("tls_failures_total", "TLS handshakes failed.", net.tls_failures);
  counter("store_groups_total", "Commit groups.", store.groups);
  counter("store_commands_total", "Write commands carried out.", store.commands);
  counter("store_events_total", "Events appended.", store.events);
  counter("store_rollbacks_total", "Groups rolled back.", store.rollbacks);
  counter("store_blocks_packed_total", "Blocks written by the packer.", store.blocks_packed);
  gauge("store_log_rows", "Events not packed yet.", store.log_rows);
  gauge("store_wal_bytes", "Size of the write-ahead log.", store.wal_bytes);
  gauge("store_write_queue", "Waiting write commands.", store.write_queue);
  gauge("store_read_queue", "Waiting reads.", store.read_queue);
  gauge("store_tail_bytes", "Memory of the newest events.", store.tail_bytes);
  gauge("store_writable", "0 while the disk is full or read-only.", store.writable ? 1 : 0);
  counter("media_datagrams_in_total", "Datagrams of calls received.", media.datagrams_in);
  counter("media_datagrams_out_total", "Datagrams of calls sent.", media.datagrams_out);
  counter("media_bytes_in_total", "Bytes of calls received over UDP.", media.bytes_in);
  counter("media_bytes_out_total", "Bytes of calls sent over UDP.", media.bytes_out);
  counter("media_writes_total", "UDP writes; datagrams over writes is the gain of segmentation.", media.groups_out);
  counter("media_dropped_total", "Datagrams of calls not sent: no room, or refused by the system.", media.dropped);
  counter("media_truncated_total", "Datagrams received that were too long.", media.truncated);
  gauge("media_tcp_open", "Open TCP connections of calls.", media.tcp_open);
  counter("media_tcp_refused_total", "TCP connections of calls refused over a limit.", media.tcp_refused);
  return out;
}

net::Response metrics_response(std::string text) {
  net::Response response{.status = 200, .headers = {}, .body = std::move(text)};
  response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

void MetricsHandler::handle_request(net::Request request, net::Responder responder) {
  if (request.path() == "/metrics" && request.method == "GET") {
    responder.respond(metrics_response(text_()));
  } else {
    responder.respond({.status = 404, .headers = {}, .body = "Only GET /metrics is here.\n"});
  }
}

}  // namespace kith::api
