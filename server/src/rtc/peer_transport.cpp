#include "rtc/peer_transport.hpp"

#include <utility>

#include "base/deadline.hpp"
#include "rtc/rtcp.hpp"

namespace kith::rtc {
namespace {

enum class Protocol : uint8_t { kUnknown, kStun, kDtls, kMedia };

/// RFC 7983 §7.
Protocol protocol_of(Bytes datagram) {
  if (datagram.empty()) return Protocol::kUnknown;
  const uint8_t first = datagram[0];
  if (first <= 3) return Protocol::kStun;
  if (first >= 20 && first <= 63) return Protocol::kDtls;
  if (first >= 128 && first <= 191) return Protocol::kMedia;
  return Protocol::kUnknown;
}

}  // namespace

PeerTransport::PeerTransport(Options options, Random& random)
    : ice_(options.ice_role, std::move(options.local), random),
      certificate_(options.certificate),
      random_(random),
      has_data_channels_(options.has_data_channels) {}

Result<> PeerTransport::set_remote(const IceCredentials& remote, std::string_view fingerprint, DtlsRole role) {
  const std::optional<Fingerprint> peer = parse_fingerprint(fingerprint);
  if (!peer) return fail(Reason::kInvalidField, "The fingerprint is not one of SHA-256.", "fingerprint");
  if (dtls_ == nullptr) {
    TRY(dtls_, DtlsSession::create(certificate_, role, *peer));
    const ChannelIds ids = role == DtlsRole::kPassive ? ChannelIds::kOdd : ChannelIds::kEven;
    if (has_data_channels_) data_ = std::make_unique<DataChannels>(ids, random_);
  } else if (dtls_->peer_fingerprint() != *peer || dtls_->role() != role) {
    return fail(Reason::kInvalidField, "A running DTLS session cannot be exchanged.", "fingerprint");
  }
  ice_.set_remote(remote);
  return {};
}

PeerTransport::Output PeerTransport::handle_datagram(Instant now, const Path& path, MutableBytes datagram,
                                                     Outbox& outbox) {
  switch (protocol_of(datagram)) {
    case Protocol::kStun:
      handle_stun(now, path, datagram, outbox);
      return {};
    case Protocol::kDtls:
      handle_dtls(now, path, datagram, outbox);
      return {};
    case Protocol::kMedia:
      return handle_media(now, path, datagram);
    case Protocol::kUnknown:
      break;
  }
  ++counters_.unknown_protocol;
  return {};
}

void PeerTransport::handle_stun(Instant now, const Path& path, Bytes datagram, Outbox& outbox) {
  ice_.handle_datagram(now, path, datagram, outbox);
  start_dtls(now, outbox);
}

void PeerTransport::start_dtls(Instant now, Outbox& outbox) {
  if (is_dtls_started_ || dtls_ == nullptr || !path()) return;
  is_dtls_started_ = true;
  dtls_->start(now, *path(), outbox);
}

void PeerTransport::handle_dtls(Instant now, const Path& path, Bytes datagram, Outbox& outbox) {
  if (!knows(path)) {
    ++counters_.unknown_path;
    return;
  }
  // A peer whose handshake begins before its description is here repeats it.
  if (dtls_ == nullptr || !ice_.path()) {
    ++counters_.early;
    return;
  }
  const auto on_data = [&](Bytes data) {
    last_received_ = now;
    if (data_ != nullptr) data_->handle_packet(now, data);
  };
  dtls_->handle_datagram(now, *ice_.path(), datagram, on_data, outbox);
  take_srtp_keys();
  flush_data(now, outbox);
}

void PeerTransport::take_srtp_keys() {
  if (outbound_ || !dtls_->srtp_keys()) return;
  auto inbound = SrtpInbound::create(dtls_->srtp_keys()->inbound);
  auto outbound = SrtpOutbound::create(dtls_->srtp_keys()->outbound);
  // Only if OpenSSL had no memory: the transport then stays unconnected, and its owner gives it up in time.
  if (!inbound || !outbound) return;
  inbound_ = std::move(*inbound);
  outbound_ = std::move(*outbound);
}

PeerTransport::Output PeerTransport::handle_media(Instant now, const Path& path, MutableBytes datagram) {
  if (!knows(path)) {
    ++counters_.unknown_path;
    return {};
  }
  if (!inbound_) {
    ++counters_.early;
    return {};
  }
  const bool has_rtcp = is_rtcp(datagram);
  const std::optional<size_t> size = has_rtcp ? inbound_->unprotect_rtcp(datagram) : inbound_->unprotect_rtp(datagram);
  if (!size) {
    ++(has_rtcp ? counters_.unauthentic_rtcp : counters_.unauthentic_rtp);
    return {};
  }
  last_received_ = now;
  return {.kind = has_rtcp ? Received::kRtcp : Received::kRtp, .bytes = datagram.first(*size)};
}

std::optional<Instant> PeerTransport::next_timeout() const {
  std::optional<Instant> next = ice_.next_timeout();
  // Without a path nothing of these could leave; they are due as soon as there is one.
  if (path() && dtls_ != nullptr) next = earlier(next, dtls_->next_timeout());
  if (path() && data_ != nullptr) next = earlier(next, data_->next_timeout());
  return next;
}

void PeerTransport::handle_timeout(Instant now, Outbox& outbox) {
  ice_.handle_timeout(now, outbox);
  start_dtls(now, outbox);
  if (dtls_ == nullptr || !path()) return;
  dtls_->handle_timeout(now, *path(), outbox);
  if (data_ != nullptr) data_->handle_timeout(now);
  flush_data(now, outbox);
}

void PeerTransport::flush_data(Instant now, Outbox& outbox) {
  if (data_ == nullptr || !path() || dtls_->state() != DtlsState::kConnected) return;
  data_->flush(now, [&](Bytes packet) { dtls_->send(now, *path(), packet, outbox); });
}

TransportState PeerTransport::state() const {
  if (dtls_ != nullptr && (dtls_->state() == DtlsState::kFailed || dtls_->state() == DtlsState::kClosed)) {
    return TransportState::kFailed;
  }
  if (ice_.state() == IceState::kDisconnected) return TransportState::kDisconnected;
  return ice_.state() == IceState::kConnected && outbound_ ? TransportState::kConnected : TransportState::kNew;
}

SrtpOutbound* PeerTransport::outbound() {
  return outbound_ && dtls_->state() == DtlsState::kConnected ? &*outbound_ : nullptr;
}

void PeerTransport::close(Instant now, Outbox& outbox) {
  if (dtls_ != nullptr && path()) dtls_->close(now, *path(), outbox);
}

}  // namespace kith::rtc
