// Where LiveKit's clients knock: /api/call and what they append to it.
//
// What they do with a refusal is part of their protocol (docs/protocols/livekit.md): a wrong status here is a client
// that tries again a hundred times a second, or never.
#pragma once

#include <atomic>
#include <expected>
#include <string>

#include "base/limits.hpp"
#include "call/call_hosts.hpp"
#include "call/call_media.hpp"
#include "call/call_token.hpp"
#include "net/server.hpp"

namespace kith::api {

class CallEndpoint {
 public:
  struct Parts {
    const call::CallTokenCodec& tokens;
    const chat::IdCodec& ids;
    call::CallAttendance& attendance;
    const call::CallHosts& hosts;
    const Limits& limits;
  };
  /// The parts outlive the endpoint.
  explicit CallEndpoint(const Parts& parts) : parts_(parts) {}

  /// True for `kCallPath` and everything below it.
  static bool owns(std::string_view path);
  /// On the reactor that read the request.
  void handle_request(const net::Request& request, net::Responder responder);
  /// From now on nobody is let in.
  void set_stopping() { is_stopping_ = true; }

 private:
  struct Refusal {
    int status;
    std::string text;
  };
  std::expected<call::Connect, Refusal> authorize(const net::Request& request, UnixMillis now) const;
  void upgrade(const net::Request& request, net::Responder responder);

  const Parts parts_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<uint64_t> last_socket_{0};
};

}  // namespace kith::api
