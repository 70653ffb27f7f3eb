#include "rtc/dtls_session.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string_view>

namespace kith::rtc {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// The first repetition of a flight. A path was just found, so its round trip is short; a lower value repeats for
/// nothing on slow paths, a higher one delays calls on lossy ones.
constexpr Duration kRetransmitFirst = milliseconds(100);
/// OpenSSL gives up after 12 repetitions, with this bound 17 s after the first.
constexpr Duration kRetransmitMax = milliseconds(2000);
/// How long to wait where OpenSSL's own clock says it is too early (see `ctrl`).
constexpr Duration kRetransmitAgain = milliseconds(20);

constexpr size_t kRecordSizeMax = 16 * 1024;

// Of a record (RFC 6347 §4.1), and what AES-GCM adds to its content (RFC 5288 §3): explicit nonce and tag.
constexpr size_t kRecordHeaderSize = 13;
constexpr size_t kGcmSize = 8 + 16;

/// The records of a datagram that can be ones of ours, from the first such to the first other. OpenSSL answers some of
/// the others with a fatal alert instead of dropping them, for example encrypted ones shorter than a tag: whoever knows
/// the peer's address could end its session. There are two epochs, as nothing is renegotiated; once the handshake is
/// done the first, which anybody can forge, has nothing more to say: of a repeated flight its encrypted end is
/// answered.
Bytes plausible_records(Bytes datagram, bool is_connected) {
  ByteReader reader(datagram);
  size_t begin = 0;
  size_t end = 0;
  while (reader.left() >= kRecordHeaderSize) {
    const uint8_t type = reader.u8();
    const uint8_t version = reader.u8();
    reader.skip(1);
    const uint16_t epoch = reader.u16();
    reader.skip(6);
    const size_t size = reader.u16();
    reader.skip(size);
    const bool has_room = epoch == 0 || (size > kGcmSize && size <= kRecordSizeMax + kGcmSize);
    if (!reader.ok() || type < SSL3_RT_CHANGE_CIPHER_SPEC || type > SSL3_RT_APPLICATION_DATA ||
        version != DTLS1_VERSION_MAJOR || epoch > 1 || !has_room) {
      break;
    }
    const bool is_past = is_connected && epoch == 0;
    if (is_past && begin != end) break;
    end = datagram.size() - reader.left();
    if (is_past) begin = end;
  }
  return datagram.subspan(begin, end - begin);
}

/// RFC 5764 §4.2.
constexpr std::string_view kExporterLabel = "EXTRACTOR-dtls_srtp";

/// SSL_get_error looks at the thread's error queue, so an operation must begin with an empty one.
void expect_no_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

/// What OpenSSL calls back while one of the session's functions runs.
struct DtlsCallbacks {
  static DtlsSession& session_of(BIO* bio) { return *static_cast<DtlsSession*>(BIO_get_data(bio)); }
  static DtlsSession& session_of(const SSL* ssl) { return *static_cast<DtlsSession*>(SSL_get_app_data(ssl)); }

  /// Each write is a datagram.
  static int write(BIO* bio, const char* data, int size) {
    DtlsSession& session = session_of(bio);
    session.outbox_->send(session.path_, {reinterpret_cast<const uint8_t*>(data), static_cast<size_t>(size)});
    return size;
  }

  /// Each read takes the datagram that is there; what does not fit is cut off, as with a socket.
  static int read(BIO* bio, char* out, int size) {
    DtlsSession& session = session_of(bio);
    BIO_clear_retry_flags(bio);
    if (session.incoming_.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const size_t taken = std::min(session.incoming_.size(), static_cast<size_t>(size));
    std::memcpy(out, session.incoming_.data(), taken);
    session.incoming_ = {};
    return static_cast<int>(taken);
  }

  static long ctrl(BIO* bio, int command, long, void* argument) {
    switch (command) {
      case BIO_CTRL_FLUSH:
        return 1;
      case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        set_next_timeout(session_of(bio), *static_cast<timeval*>(argument));
        return 1;
      default:
        return 0;
    }
  }

  /// OpenSSL started (or with a zero, stopped) the timer of a flight. It reckons with the system's time; we repeat by
  /// the time we are told, so its deadline is put out of reach until then. Up to OpenSSL 3.1 `deadline` is the
  /// session's own and keeps what is written to it; later versions show a copy and go on by the system's time.
  static void set_next_timeout(DtlsSession& session, timeval& deadline) {
    if (deadline.tv_sec == 0 && deadline.tv_usec == 0) {
      session.retransmit_at_.reset();
      return;
    }
    session.retransmit_at_ = session.now_ + session.retransmit_in_;
    if (OpenSSL_version_num() >= 0x30200000L) return;
    session.openssl_timer_ = &deadline;
    deadline.tv_sec = std::numeric_limits<decltype(deadline.tv_sec)>::max();
  }

  /// The next interval, in microseconds; `current_us` is 0 for a new flight.
  static unsigned int retransmit_interval(SSL* ssl, unsigned int current_us) {
    DtlsSession& session = session_of(ssl);
    session.retransmit_in_ =
        current_us == 0 ? kRetransmitFirst : std::min<Duration>(2 * session.retransmit_in_, kRetransmitMax);
    return static_cast<unsigned int>(duration_cast<microseconds>(session.retransmit_in_).count());
  }

  /// The only thing that counts about the peer's certificate is its fingerprint (RFC 8827 §6.5).
  static int verify(X509_STORE_CTX* store, void*) {
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    Fingerprint shown{};
    const X509* certificate = X509_STORE_CTX_get0_cert(store);
    const bool is_expected = certificate != nullptr &&
                             X509_digest(certificate, EVP_sha256(), shown.data(), nullptr) == 1 &&
                             shown == session_of(ssl).peer_;
    if (!is_expected) X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return is_expected ? 1 : 0;
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const kMethod = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
      if (made != nullptr) {
        BIO_meth_set_write(made, write);
        BIO_meth_set_read(made, read);
        BIO_meth_set_ctrl(made, ctrl);
      }
      return made;
    }();
    return kMethod;
  }
};

void DtlsSession::install_callbacks(ssl_ctx_st* context) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, DtlsCallbacks::verify, nullptr);
}

Result<std::unique_ptr<DtlsSession>> DtlsSession::create(const DtlsCertificate& certificate, DtlsRole role,
                                                         const Fingerprint& peer) {
  std::unique_ptr<DtlsSession> session(new DtlsSession(role, peer));
  session->ssl_ = SSL_new(certificate.context());
  BIO* bio = DtlsCallbacks::method() == nullptr ? nullptr : BIO_new(DtlsCallbacks::method());
  if (session->ssl_ == nullptr || bio == nullptr) {
    BIO_free(bio);
    return fail(Reason::kInternal, "DTLS is not available");
  }
  BIO_set_data(bio, session.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(session->ssl_, bio, bio);
  SSL_set_app_data(session->ssl_, session.get());
  SSL_set_mtu(session->ssl_, static_cast<long>(kDatagramSizeMax));
  DTLS_set_timer_cb(session->ssl_, DtlsCallbacks::retransmit_interval);
  if (role == DtlsRole::kActive) {
    SSL_set_connect_state(session->ssl_);
  } else {
    SSL_set_accept_state(session->ssl_);
  }
  return session;
}

DtlsSession::~DtlsSession() { SSL_free(ssl_); }

void DtlsSession::enter(Instant now, const Path& path, Outbox& outbox) {
  now_ = now;
  path_ = path;
  outbox_ = &outbox;
  expect_no_errors();
}

void DtlsSession::start(Instant now, const Path& path, Outbox& outbox) {
  if (role_ != DtlsRole::kActive || state_ != DtlsState::kHandshake) return;
  enter(now, path, outbox);
  drive_handshake();
}

void DtlsSession::handle_datagram(Instant now, const Path& path, Bytes datagram, OnData on_data, Outbox& outbox) {
  if (state_ == DtlsState::kFailed || state_ == DtlsState::kClosed) return;
  enter(now, path, outbox);
  incoming_ = plausible_records(datagram, state_ == DtlsState::kConnected);
  if (state_ == DtlsState::kHandshake) drive_handshake();
  if (state_ == DtlsState::kConnected) read_application_data(on_data);
  incoming_ = {};
}

void DtlsSession::drive_handshake() {
  const int done = SSL_do_handshake(ssl_);
  if (done == 1) {
    export_srtp_keys();
  } else if (SSL_get_error(ssl_, done) != SSL_ERROR_WANT_READ) {
    fail_session();
  }
}

void DtlsSession::export_srtp_keys() {
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl_);
  if (chosen == nullptr) return fail_session();
  const auto profile = static_cast<SrtpProfile>(chosen->id);
  const SrtpSizes sizes = sizes_of(profile);
  std::array<uint8_t, 2 * (kSrtpKeySizeMax + kSrtpSaltSizeMax)> material{};
  if (SSL_export_keying_material(ssl_, material.data(), 2 * (sizes.key + sizes.salt), kExporterLabel.data(),
                                 kExporterLabel.size(), nullptr, 0, 0) != 1) {
    return fail_session();
  }
  // RFC 5764 §4.2: client's key, server's key, client's salt, server's salt.
  SrtpKeyPair pair{.outbound = {.profile = profile}, .inbound = {.profile = profile}};
  const bool is_client = role_ == DtlsRole::kActive;
  SrtpKeys& client = is_client ? pair.outbound : pair.inbound;
  SrtpKeys& server = is_client ? pair.inbound : pair.outbound;
  const uint8_t* at = material.data();
  std::memcpy(client.key.data(), at, sizes.key);
  std::memcpy(server.key.data(), at + sizes.key, sizes.key);
  at += 2 * sizes.key;
  std::memcpy(client.salt.data(), at, sizes.salt);
  std::memcpy(server.salt.data(), at + sizes.salt, sizes.salt);
  OPENSSL_cleanse(material.data(), material.size());
  srtp_keys_ = pair;
  state_ = DtlsState::kConnected;
}

void DtlsSession::read_application_data(OnData on_data) {
  std::array<uint8_t, kRecordSizeMax> record;
  while (true) {
    const int taken = SSL_read(ssl_, record.data(), static_cast<int>(record.size()));
    if (taken > 0) {
      on_data(Bytes(record).first(static_cast<size_t>(taken)));
      continue;
    }
    switch (SSL_get_error(ssl_, taken)) {
      case SSL_ERROR_WANT_READ:
        return;
      case SSL_ERROR_ZERO_RETURN:
        SSL_shutdown(ssl_);  // answers the peer's goodbye
        state_ = DtlsState::kClosed;
        retransmit_at_.reset();
        return;
      default:
        return fail_session();
    }
  }
}

void DtlsSession::handle_timeout(Instant now, const Path& path, Outbox& outbox) {
  if (!retransmit_at_ || now < *retransmit_at_) return;
  enter(now, path, outbox);
  retransmit_at_ = now + kRetransmitAgain;
  if (openssl_timer_ != nullptr) *openssl_timer_ = {.tv_sec = 1, .tv_usec = 0};  // long past
  if (DTLSv1_handle_timeout(ssl_) < 0) fail_session();
}

bool DtlsSession::send(Instant now, const Path& path, Bytes data, Outbox& outbox) {
  if (state_ != DtlsState::kConnected || data.empty() || data.size() > kRecordSizeMax) return false;
  enter(now, path, outbox);
  return SSL_write(ssl_, data.data(), static_cast<int>(data.size())) > 0;
}

void DtlsSession::close(Instant now, const Path& path, Outbox& outbox) {
  if (state_ == DtlsState::kConnected) {
    enter(now, path, outbox);
    SSL_shutdown(ssl_);
  }
  if (state_ != DtlsState::kFailed) state_ = DtlsState::kClosed;
  retransmit_at_.reset();
}

void DtlsSession::fail_session() {
  ERR_clear_error();
  state_ = DtlsState::kFailed;
  srtp_keys_.reset();
  retransmit_at_.reset();
}

}  // namespace kith::rtc
