#include "bench/call_connection.hpp"

#include <algorithm>
#include <array>

#include "rtc/rtcp.hpp"

namespace kith::bench {
namespace {

constexpr size_t kHeaderSizeMax = 64;
constexpr size_t kReportSizeMax = 1200;
/// Whom reports come from; a receiver has no SSRC that anybody looks at.
constexpr rtc::Ssrc kReporter = 1;

/// The candidate's address; nullopt for those a UDP socket of IPv4 cannot reach.
std::optional<rtc::Endpoint> udp_endpoint(const rtc::SdpCandidate& candidate) {
  if (candidate.is_tcp) return std::nullopt;
  const auto address = net::Address::parse_ip(candidate.address, candidate.port);
  if (!address || !address->is_v4()) return std::nullopt;
  return rtc::Endpoint{.ip = address->ip, .port = address->port};
}

}  // namespace

Result<std::unique_ptr<CallConnection>> CallConnection::create(net::Reactor& reactor, CallSockets& sockets,
                                                               const rtc::DtlsCertificate& certificate, Random& random,
                                                               OnRtp on_rtp) {
  std::unique_ptr<CallConnection> connection(new CallConnection(reactor, certificate, random, std::move(on_rtp)));
  TRY(connection->place_, sockets.take_place(*connection));
  return connection;
}

CallConnection::CallConnection(net::Reactor& reactor, const rtc::DtlsCertificate& certificate, Random& random,
                               OnRtp on_rtp)
    : reactor_(reactor),
      certificate_(certificate),
      transport_({.ice_role = rtc::IceRole::kControlling,
                  .local = rtc::IceCredentials::make(random),
                  .certificate = certificate},
                 random),
      on_rtp_(std::move(on_rtp)) {}

CallConnection::~CallConnection() {
  reactor_.cancel(timer_);
  if (place_.socket != nullptr) place_.socket->free_place(place_.number);
}

Result<> CallConnection::set_remote(const rtc::SessionDescription& description) {
  if (description.media.empty() || !description.media[0].fingerprint) {
    return fail(Reason::kMalformed, "The server's description has no fingerprint.");
  }
  const rtc::SdpMedia& media = description.media[0];
  const rtc::IceCredentials remote{.ufrag = media.ice_ufrag, .pwd = media.ice_pwd};
  TRY_VOID(transport_.set_remote(remote, media.fingerprint->value, rtc::DtlsRole::kActive));
  for (const std::string& line : media.candidates) {
    const auto candidate = rtc::SdpCandidate::parse(line);
    const auto endpoint = candidate ? udp_endpoint(*candidate) : std::nullopt;
    if (!endpoint) continue;
    const rtc::Path path{.remote = *endpoint, .connection = place_.number};
    transport_.add_remote_candidate(reactor_.now(), path, candidate->priority);
  }
  set_timer();
  return {};
}

void CallConnection::describe(rtc::SdpMedia& media, rtc::SdpSetup setup) const {
  media.ice_ufrag = transport_.local_credentials().ufrag;
  media.ice_pwd = transport_.local_credentials().pwd;
  media.fingerprint = rtc::SdpFingerprint{.algorithm = "sha-256", .value = certificate_.fingerprint()};
  media.setup = setup;
  media.candidates.clear();
}

bool CallConnection::send_rtp(const rtc::RtpHeader& header, rtc::Bytes payload) {
  rtc::SrtpOutbound* const protector = transport_.outbound();
  if (protector == nullptr || !transport_.path()) return false;
  rtc::Outbox& outbox = place_.socket->outbox();
  const rtc::MutableBytes out = outbox.begin(kHeaderSizeMax + payload.size() + rtc::kSrtpOverheadMax);
  rtc::RtpHeaderWriter writer(out, header);
  const size_t size = protector->protect_rtp(out.first(writer.finish()), {}, payload, out);
  if (size == 0) return false;
  outbox.commit(*transport_.path(), size);
  return true;
}

void CallConnection::handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram) {
  const rtc::PeerTransport::Output output = transport_.handle_datagram(now, path, datagram, place_.socket->outbox());
  if (output.kind == rtc::Received::kRtp) {
    if (const auto packet = rtc::RtpPacket::parse(output.bytes)) {
      note_arrival(now, *packet);
      on_rtp_(now, *packet);
    }
    return;
  }
  set_timer();
}

void CallConnection::handle_timeout() {
  timer_ = net::TimerId::kNone;
  timer_due_ = Instant::max();
  transport_.handle_timeout(reactor_.now(), place_.socket->outbox());
  send_reports();
  set_timer();
}

void CallConnection::note_arrival(Instant now, const rtc::RtpPacket& packet) {
  if (arrival_extension_ == 0) return;
  const auto value = packet.find_extension(arrival_extension_);
  if (!value || value->size() != 2) return;
  arrivals_.handle_packet(now, rtc::load_u16(value->data()), packet.ssrc);
  set_timer();
}

void CallConnection::send_reports() {
  rtc::SrtpOutbound* const protector = transport_.outbound();
  if (protector == nullptr || !transport_.path()) return;
  while (const auto report = arrivals_.take_feedback(reactor_.now(), kReporter)) {
    std::array<uint8_t, kReportSizeMax> bytes;
    rtc::ByteWriter writer(bytes);
    if (!rtc::serialize_rtcp(*report, writer)) continue;
    rtc::Outbox& outbox = place_.socket->outbox();
    const rtc::MutableBytes out = outbox.begin(writer.size() + rtc::kSrtpOverheadMax);
    outbox.commit(*transport_.path(), protector->protect_rtcp(writer.written(), out));
  }
}

void CallConnection::set_timer() {
  std::optional<Instant> due = transport_.next_timeout();
  const std::optional<Instant> report = arrivals_.next_timeout();
  if (report && (!due || *report < *due)) due = report;
  if (!due || *due >= timer_due_) return;
  reactor_.cancel(timer_);
  timer_due_ = *due;
  timer_ = reactor_.call_after(std::max(*due - reactor_.now(), Duration(0)), [this] { handle_timeout(); });
}

}  // namespace kith::bench
