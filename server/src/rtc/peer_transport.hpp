// One peer connection's transport: ICE, DTLS, SRTP and SCTP over whatever path works, bundled (RFC 8843, RFC 7983).
//
// A datagram: 1. which protocol, by its first byte · 2. STUN to the ICE agent · 3. DTLS to its session; application
// data to SCTP · 4. SRTP and SRTCP decrypted in place and handed back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "rtc/dtls_session.hpp"
#include "rtc/ice_agent.hpp"
#include "rtc/outbox.hpp"
#include "rtc/sctp_association.hpp"
#include "rtc/srtp_inbound.hpp"
#include "rtc/srtp_outbound.hpp"

namespace kith::rtc {

enum class TransportState : uint8_t {
  kNew,
  kConnected,     ///< ICE has a path and DTLS is done: media may flow
  kDisconnected,  ///< no consent for a while; may come back
  kFailed,        ///< DTLS failed, or closed by the peer
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

  PeerTransport(Options options, Random& random);
  ~PeerTransport();

  /// What the peer's description says; may come again with new credentials (ICE restart), the DTLS session stays then.
  /// `role`: ours. `kInvalidField`: the fingerprint is no sha-256 one, or differs from that of the running session.
  Result<> set_remote(const IceCredentials& remote, std::string_view fingerprint, DtlsRole role);
  /// New local credentials for an ICE restart; the old ones are accepted until the peer uses the new ones.
  void restart_ice(const IceCredentials& local);
  /// A candidate of the peer; only agents that check use them.
  void add_remote_candidate(Instant now, const Endpoint& remote, uint32_t priority);

  /// Takes one datagram; `out.bytes` views into `datagram`, decrypted in place. Data channel messages and state changes
  /// wait for `take_…`. Never fails: what is malformed is counted and dropped.
  struct Output {
    Received kind = Received::kNothing;
    MutableBytes bytes;
  };
  Output handle_datagram(Instant now, const Path& path, MutableBytes datagram, Outbox& outbox);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void handle_timeout(Instant now, Outbox& outbox);

  /// Where media goes now; nullopt until ICE has chosen.
  [[nodiscard]] const std::optional<Path>& path() const;
  [[nodiscard]] TransportState state() const;
  [[nodiscard]] const IceCredentials& local_credentials() const;
  /// Last time anything authentic came from the peer.
  [[nodiscard]] Instant last_received() const;

  /// Null until the DTLS handshake is done: protects RTP and RTCP for this peer.
  [[nodiscard]] SrtpOutbound* outbound();

  // Data channels.
  [[nodiscard]] SctpAssociation* sctp();

  /// Says goodbye: DTLS close_notify.
  void close(Instant now, Outbox& outbox);
};

}  // namespace kith::rtc
