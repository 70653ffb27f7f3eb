// A connected stream descriptor, plain or under TLS: the two look alike from here on.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "net/io_result.hpp"
#include "net/tls.hpp"

struct iovec;

namespace kith::net {

/// Sets an option whose value is a number; what the kernel does not know is left as it is.
void set_option(int descriptor, int level, int name, int value);

/// Owns the descriptor; closing it also ends the kernel's watch.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

  /// Speaks TLS from now on; the session was made for this descriptor.
  void start_tls(std::unique_ptr<TlsSession> tls) { tls_ = std::move(tls); }
  /// Finishes the TLS handshake; kOk at once on a plain socket.
  IoStatus handshake() { return tls_ ? tls_->handshake() : IoStatus::kOk; }
  IoResult read(std::span<char> out);
  IoResult write(std::string_view bytes);
  /// Plain sockets only: several pieces with one call.
  IoResult write_pieces(std::span<const iovec> pieces);
  /// True if `read` may have more although it returned less than asked for.
  [[nodiscard]] bool must_read_again() const { return tls_ != nullptr; }
  /// Ends our side: close_notify and FIN; the peer's bytes can still be read.
  void shutdown_output();
  void close();

 private:
  int descriptor_ = -1;
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace kith::net
