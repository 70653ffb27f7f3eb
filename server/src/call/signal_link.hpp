// The way from a call's signalling back to its client's socket.
#pragma once

#include <cstdint>
#include <string>

namespace kith::call {

/// Names one socket of the signalling; never used twice while the server runs.
enum class SignalSocketId : uint64_t { kNone = 0 };

/// Implemented by whoever owns the sockets. Called on the call's media thread, in order; a socket that has closed
/// meanwhile swallows what is sent.
class SignalLink {
 public:
  virtual ~SignalLink() = default;
  /// A whole message: protobuf bytes, or the same as JSON text.
  virtual void send(std::string message, bool is_text) = 0;
  /// Closes in good order (code 1000) once what was sent before has left.
  virtual void close() = 0;
};

}  // namespace kith::call
