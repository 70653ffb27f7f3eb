#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <climits>

namespace kith::net {
namespace {

/// One record of TLS carries at most this much (RFC 8446 §5.1); larger writes are cut into several anyway.
constexpr size_t kRecordBytes = 16 * 1024;
constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, kAlpn.data(), kAlpn.size(), offered, offered_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;  // no common one: go on without ALPN
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void set_common_options(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One read of the descriptor takes all records that are there, instead of two reads for each.
  SSL_CTX_set_read_ahead(context, 1);
}

/// SSL_get_error looks at the thread's error queue, so an operation must begin with an empty one. It is empty but after
/// somebody's neglect; looking is much cheaper than clearing.
void expect_no_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

std::string last_error(const std::string& what) {
  std::array<char, 160> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return what + ": " + text.data();
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::create_server(const std::string& certificate_path,
                                                              const std::string& key_path) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return fail(Reason::kInternal, last_error("TLS is not available"));
  std::shared_ptr<TlsContext> owner(new TlsContext(context));
  set_common_options(context);
  // Tickets keep resumption without server memory; one is enough for a client that keeps one connection.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_path.c_str()) != 1) {
    return fail(Reason::kInvalidField, last_error("The TLS certificate cannot be used"));
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_path.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return fail(Reason::kInvalidField, last_error("The TLS key cannot be used"));
  }
  return owner;
}

Result<std::shared_ptr<TlsContext>> TlsContext::create_client(Trust trust) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return fail(Reason::kInternal, last_error("TLS is not available"));
  std::shared_ptr<TlsContext> owner(new TlsContext(context));
  set_common_options(context);
  SSL_CTX_set_alpn_protos(context, kAlpn.data(), kAlpn.size());
  if (trust == Trust::kAny) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  } else {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_set_default_verify_paths(context) != 1) {
      return fail(Reason::kInternal, last_error("No trusted certificates"));
    }
  }
  return owner;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

std::unique_ptr<TlsSession> TlsSession::accept(const TlsContext& context, int descriptor) {
  SSL* session = SSL_new(context.context_);
  if (session == nullptr) return nullptr;
  std::unique_ptr<TlsSession> owner(new TlsSession(session));
  if (SSL_set_fd(session, descriptor) != 1) return nullptr;
  SSL_set_accept_state(session);
  return owner;
}

std::unique_ptr<TlsSession> TlsSession::connect(const TlsContext& context, int descriptor,
                                                const std::string& server_name) {
  SSL* session = SSL_new(context.context_);
  if (session == nullptr) return nullptr;
  std::unique_ptr<TlsSession> owner(new TlsSession(session));
  if (SSL_set_fd(session, descriptor) != 1 || SSL_set_tlsext_host_name(session, server_name.c_str()) != 1 ||
      SSL_set1_host(session, server_name.c_str()) != 1) {
    return nullptr;
  }
  SSL_set_connect_state(session);
  return owner;
}

TlsSession::~TlsSession() { SSL_free(session_); }

IoStatus TlsSession::handshake() {
  expect_no_errors();
  const int done = SSL_do_handshake(session_);
  return done == 1 ? IoStatus::kOk : failure(done).status;
}

IoResult TlsSession::read(char* out, size_t size) {
  expect_no_errors();
  size_t taken = 0;
  const int done = SSL_read_ex(session_, out, size, &taken);
  return done == 1 ? IoResult{IoStatus::kOk, taken} : failure(done);
}

IoResult TlsSession::write(const char* bytes, size_t size) {
  expect_no_errors();
  size_t written = 0;
  const int done = SSL_write_ex(session_, bytes, std::min(size, kRecordBytes), &written);
  return done == 1 ? IoResult{IoStatus::kOk, written} : failure(done);
}

IoResult TlsSession::failure(int returned) {
  switch (SSL_get_error(session_, returned)) {
    case SSL_ERROR_WANT_READ:
      return {IoStatus::kWantRead};
    case SSL_ERROR_WANT_WRITE:
      return {IoStatus::kWantWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {IoStatus::kClosed};
    default:
      ERR_clear_error();
      return {IoStatus::kFailed};
  }
}

void TlsSession::shutdown() {
  // Before the handshake is over, or after a fatal error, there is nobody to tell.
  if (SSL_is_init_finished(session_) != 1) return;
  ERR_clear_error();
  SSL_shutdown(session_);
  ERR_clear_error();
}

bool TlsSession::has_pending() const { return SSL_has_pending(session_) == 1; }

}  // namespace kith::net
