// One peer connection's transport: ICE, DTLS, SRTP and SCTP over whatever path works, bundled (RFC 8843, RFC 7983).
//
// A datagram: 1. which protocol, by its first byte · 2. STUN to the ICE agent · 3. DTLS to its session; application
// data to the data channels · 4. SRTP and SRTCP decrypted in place and handed back.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "rtc/data_channels.hpp"
#include "rtc/dtls_session.hpp"
#include "rtc/ice_agent.hpp"
#include "rtc/outbox.hpp"
#include "rtc/srtp_inbound.hpp"
#include "rtc/srtp_outbound.hpp"

namespace kith::rtc {

enum class TransportState : uint8_t {
  kNew,
  kConnected,     ///< ICE has a path and DTLS is done: media may flow
  kDisconnected,  ///< no consent for a while; may come back
  kFailed,        ///< DTLS failed, or closed by the peer; only a new transport helps
};

/// What a datagram turned out to be.
enum class Received : uint8_t {
  kNothing,  ///< consumed (STUN, DTLS, SCTP) or dropped and counted
  kRtp,      ///< `bytes` is a decrypted RTP packet
  kRtcp,     ///< `bytes` is a decrypted RTCP compound
};

class PeerTransport {
 public:
  struct Options {
    IceRole ice_role = IceRole::kLite;
    IceCredentials local;
    const DtlsCertificate& certificate;  ///< outlives the transport
    bool has_data_channels = true;
  };

  /// What was dropped, and why. What ICE drops, its agent counts.
  struct Counters {
    uint64_t unknown_protocol = 0;  ///< first byte of nothing we speak, or empty
    uint64_t unknown_path = 0;      ///< no authentic STUN message came on that path
    uint64_t early = 0;             ///< DTLS before a path was chosen, media before the handshake was done
    uint64_t unauthentic_rtp = 0;   ///< also malformed, replayed, too old
    uint64_t unauthentic_rtcp = 0;
    bool operator==(const Counters&) const = default;
  };

  /// `random` outlives the transport.
  PeerTransport(Options options, Random& random);

  /// What the peer's description says; may come again with new credentials (ICE restart), the DTLS session stays then.
  /// `role`: ours. `kInvalidField`: the fingerprint is no sha-256 one, or differs from that of the running session, as
  /// does the role; nothing has changed then.
  Result<> set_remote(const IceCredentials& remote, std::string_view fingerprint, DtlsRole role);
  /// New local credentials for an ICE restart; the old ones are accepted until the peer uses the new ones.
  void restart_ice(const IceCredentials& local) { ice_.restart(local); }
  /// A candidate of the peer; only agents that check use them.
  void add_remote_candidate(Instant now, const Path& remote, uint32_t priority) {
    ice_.add_remote_candidate(now, remote, priority);
  }
  /// The TCP connection of a path closed.
  void forget_path(const Path& path) { ice_.forget_path(path); }

  /// Takes one datagram; `out.bytes` views into `datagram`, decrypted in place. Data channel events wait in `data`.
  /// Never fails: what is malformed is counted and dropped.
  struct Output {
    Received kind = Received::kNothing;
    MutableBytes bytes;
  };
  Output handle_datagram(Instant now, const Path& path, MutableBytes datagram, Outbox& outbox);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void handle_timeout(Instant now, Outbox& outbox);

  /// Where media goes now; nullopt until ICE has chosen, and when the peer's consent has run out.
  [[nodiscard]] const std::optional<Path>& path() const { return ice_.path(); }
  /// True if the peer has proved to be on this path.
  [[nodiscard]] bool knows(const Path& path) const { return path == ice_.path() || ice_.knows(path); }
  [[nodiscard]] TransportState state() const;
  [[nodiscard]] const IceCredentials& local_credentials() const { return ice_.local(); }
  /// The credentials before an ICE restart, while they are still accepted.
  [[nodiscard]] const std::optional<IceCredentials>& previous_local_credentials() const {
    return ice_.previous_local();
  }
  /// Last time anything authentic came from the peer.
  [[nodiscard]] Instant last_received() const { return std::max(last_received_, ice_.last_received()); }

  /// Protects RTP and RTCP for this peer. Null until the DTLS handshake is done, and after it failed or was closed.
  [[nodiscard]] SrtpOutbound* outbound();

  /// Null until `set_remote` has fixed the roles, and without data channels. After sending on it: `flush_data`.
  [[nodiscard]] DataChannels* data() { return data_.get(); }
  /// Lets packets of the data channels leave. Nothing to do after handle_datagram and handle_timeout.
  void flush_data(Instant now, Outbox& outbox);

  /// Says goodbye: DTLS close_notify.
  void close(Instant now, Outbox& outbox);

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  void handle_stun(Instant now, const Path& path, Bytes datagram, Outbox& outbox);
  void handle_dtls(Instant now, const Path& path, Bytes datagram, Outbox& outbox);
  Output handle_media(Instant now, const Path& path, MutableBytes datagram);
  void start_dtls(Instant now, Outbox& outbox);
  void take_srtp_keys();

  IceAgent ice_;
  const DtlsCertificate& certificate_;
  Random& random_;
  bool has_data_channels_;
  bool is_dtls_started_ = false;
  std::unique_ptr<DtlsSession> dtls_;
  std::unique_ptr<DataChannels> data_;
  std::optional<SrtpInbound> inbound_;
  std::optional<SrtpOutbound> outbound_;
  Instant last_received_;
  Counters counters_;
};

}  // namespace kith::rtc
