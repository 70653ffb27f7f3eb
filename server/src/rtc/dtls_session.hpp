// One DTLS 1.2 session (RFC 6347) on OpenSSL: agrees on SRTP keys (RFC 5764) and carries SCTP (RFC 8261).
//
// 1. the active side `start`s · 2. datagrams and time drive the handshake · 3. the peer's certificate must have the
// fingerprint that the signalling said · 4. `srtp_keys` · 5. application data both ways · 6. `close`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/function_ref.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "rtc/dtls_certificate.hpp"
#include "rtc/outbox.hpp"
#include "rtc/srtp_keys.hpp"

struct bio_st;
struct ssl_st;
struct timeval;

namespace kith::rtc {

enum class DtlsRole : uint8_t {
  kPassive,  ///< waits: the server of the handshake
  kActive,   ///< begins: the client
};

enum class DtlsState : uint8_t {
  kHandshake,
  kConnected,
  kClosed,  ///< by close_notify, from either side
  kFailed,  ///< wrong fingerprint, no common cipher, a fatal alert, or no answer for about 20 s
};

/// The keys of both directions, from our side.
struct SrtpKeyPair {
  SrtpKeys outbound;
  SrtpKeys inbound;
};

class DtlsSession {
 public:
  /// Handshake datagrams are at most this big, with IP and UDP headers well below any usual path's limit.
  static constexpr size_t kDatagramSizeMax = 1200;
  /// What protecting application data adds: record header 13, explicit nonce 8, tag 16.
  static constexpr size_t kOverhead = 37;

  using OnData = FunctionRef<void(Bytes)>;

  /// `peer`: the fingerprint its certificate must have. `certificate` outlives the session.
  static Result<std::unique_ptr<DtlsSession>> create(const DtlsCertificate& certificate, DtlsRole role,
                                                     const Fingerprint& peer);
  /// What every session of a certificate asks of its peer; for `DtlsCertificate`.
  static void install_callbacks(ssl_ctx_st* context);
  ~DtlsSession();
  DtlsSession(const DtlsSession&) = delete;
  DtlsSession& operator=(const DtlsSession&) = delete;

  /// Active side: sends the first flight. Nothing to do for the passive one.
  void start(Instant now, const Path& path, Outbox& outbox);
  /// Takes a datagram (whole, RFC 7983 first byte 20 to 63). `on_data` gets each piece of application data, as the peer
  /// wrote it, valid during the call. Answers leave on `path`. What is malformed is dropped; `state` may change.
  void handle_datagram(Instant now, const Path& path, Bytes datagram, OnData on_data, Outbox& outbox);
  /// When the flight last sent must be repeated.
  [[nodiscard]] std::optional<Instant> next_timeout() const { return retransmit_at_; }
  void handle_timeout(Instant now, const Path& path, Outbox& outbox);

  /// Protects one piece of application data into one datagram. False: not connected, or more than 16 kB.
  bool send(Instant now, const Path& path, Bytes data, Outbox& outbox);
  /// Says goodbye once. The session is closed afterwards whatever the peer does.
  void close(Instant now, const Path& path, Outbox& outbox);

  [[nodiscard]] DtlsState state() const { return state_; }
  [[nodiscard]] DtlsRole role() const { return role_; }
  [[nodiscard]] const Fingerprint& peer_fingerprint() const { return peer_; }
  /// Set once the handshake is done; the session fails if no profile was agreed on.
  [[nodiscard]] const std::optional<SrtpKeyPair>& srtp_keys() const { return srtp_keys_; }

 private:
  friend struct DtlsCallbacks;

  DtlsSession(DtlsRole role, const Fingerprint& peer) : role_(role), peer_(peer) {}
  void enter(Instant now, const Path& path, Outbox& outbox);
  void drive_handshake();
  void read_application_data(OnData on_data);
  void export_srtp_keys();
  void fail_session();

  DtlsRole role_;
  Fingerprint peer_;
  DtlsState state_ = DtlsState::kHandshake;
  ssl_st* ssl_ = nullptr;
  std::optional<SrtpKeyPair> srtp_keys_;

  // What OpenSSL's callbacks need while one of our functions runs.
  Instant now_;
  Path path_;
  Outbox* outbox_ = nullptr;
  Bytes incoming_;  ///< the datagram that OpenSSL has not taken yet

  // Retransmission by our clock; see docs/protocols/dtls.md.
  Duration retransmit_in_{};
  std::optional<Instant> retransmit_at_;
  timeval* openssl_timer_ = nullptr;  ///< OpenSSL's own deadline, if this version lets us move it
};

}  // namespace kith::rtc
