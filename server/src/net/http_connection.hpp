// One HTTP/1.1 connection: 1. TLS handshake · 2. read a request · 3. hand it over · 4. send the answer · back to 2, or
// become a WebSocket, or 5. linger until the peer has read the last answer, and close.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/connection.hpp"
#include "net/connection_host.hpp"
#include "net/http_message.hpp"
#include "net/http_parser.hpp"
#include "net/server.hpp"
#include "net/socket.hpp"

namespace kith::net {

/// What the HTTP connections of one reactor are told by their server.
struct HttpService {
  Handler& handler;
  const std::vector<AddressRange>& trusted_proxies;
  bool is_draining = false;  ///< no connection is kept after its answer
};

class HttpConnection final : public Connection {
 public:
  /// Takes over an accepted, non-blocking descriptor; on failure it is closed.
  static void start(ConnectionHost& host, HttpService& service, Socket socket, const Address& peer, AddressSlot slot);

  // For the Responder.
  void respond(Response response);
  void upgrade(SocketFactory factory, const Headers& headers, const WebSocketOptions& options);
  [[nodiscard]] bool is_connected() const { return !peer_has_closed_; }

 private:
  enum class State : uint8_t { kHandshake, kReading, kHandling, kLingering, kClosed };

  HttpConnection(ConnectionHost& host, HttpService& service, Socket socket, const Address& peer, AddressSlot slot);
  void on_events(uint32_t events) override;
  void flush() override;
  void on_deadline() override;
  void drain() override;
  void abort() override;

  void handshake();
  void read();
  [[nodiscard]] bool may_read() const;
  void read_again_later();
  void end_of_input();
  void process();
  bool parse_some();
  void dispatch();
  void add_client_facts(Request& request);
  void refuse(int status, std::string_view message);
  void put_response(Response response);
  bool write_out();
  void after_output();
  void mark_dirty();
  void watch_for(uint32_t events);
  void update_watch();
  void arm_idle();
  void finish();
  [[nodiscard]] bool has_output() const { return out_sent_ < out_.size() || !body_left_.empty(); }

  ConnectionHost& host_;
  HttpService& service_;
  Socket socket_;
  Address peer_;    ///< of the socket
  Address client_;  ///< of the last request, through trusted proxies
  AddressSlot address_slot_;
  std::shared_ptr<HttpConnection*> self_;  ///< what Responders hold weakly
  std::unique_ptr<RequestParser> parser_;  ///< only while a request is being read
  std::string input_;                      ///< received, not yet parsed
  std::string out_;                        ///< heads and small bodies
  size_t out_sent_ = 0;
  Body body_;  ///< a large body, sent after out_ and shared, not copied
  std::string_view body_left_;
  std::string websocket_key_;  ///< of the handshake being handled
  uint32_t watched_ = 0;
  State state_ = State::kReading;
  bool keeps_alive_ = true;      ///< after the request being handled
  bool is_old_version_ = false;  ///< the client wants "keep-alive" in words
  bool is_head_ = false;
  bool sent_continue_ = false;
  bool in_process_ = false;
  bool is_dirty_ = false;
  bool is_blocked_ = false;
  bool reads_again_ = false;
  bool peer_has_closed_ = false;
};

}  // namespace kith::net
