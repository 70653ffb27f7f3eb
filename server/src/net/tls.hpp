// TLS on a descriptor: OpenSSL is named in tls.cpp only. TLS 1.2 and later, session tickets, ALPN http/1.1.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/io_result.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace kith::net {

/// A server's certificate and key, or a client's trust. Immutable: to reload, make another one; sessions keep theirs.
class TlsContext {
 public:
  /// PEM files: certificate chain, leaf first; private key that fits it. `kInvalidField`: unreadable or no pair.
  static Result<std::shared_ptr<TlsContext>> create_server(const std::string& certificate_path,
                                                           const std::string& key_path);
  /// Verifies servers against the system's store; kTrustAny accepts all: for load generators and tests on loopback.
  enum class Trust { kSystem, kAny };
  static Result<std::shared_ptr<TlsContext>> create_client(Trust trust);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

 private:
  friend class TlsSession;
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

/// One connection's TLS; the descriptor is non-blocking (or blocking, for simple clients) and belongs to the caller.
class TlsSession {
 public:
  /// Server's side of an accepted descriptor.
  static std::unique_ptr<TlsSession> accept(const TlsContext& context, int descriptor);
  /// Client's side; `server_name` is sent as SNI and checked against the certificate unless any is trusted.
  static std::unique_ptr<TlsSession> connect(const TlsContext& context, int descriptor, const std::string& server_name);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Goes on with the handshake: kOk when finished, kWantRead, kWantWrite or kFailed.
  IoStatus handshake();
  IoResult read(char* out, size_t size);
  /// A refused write must be repeated with the same bytes (more may follow them), from anywhere in memory.
  IoResult write(const char* bytes, size_t size);
  /// Sends close_notify if that goes without waiting.
  void shutdown();
  /// Decrypted bytes that wait inside and that no epoll event announces.
  [[nodiscard]] bool has_pending() const;

 private:
  explicit TlsSession(ssl_st* session) : session_(session) {}
  IoResult failure(int returned);
  ssl_st* session_;
};

}  // namespace kith::net
