// One peer connection of a simulated participant: a transport with a UDP address of its own, as browsers have it.
#pragma once

#include <functional>
#include <memory>

#include "base/random.hpp"
#include "base/result.hpp"
#include "bench/call_sockets.hpp"
#include "net/datagram_handler.hpp"
#include "net/reactor.hpp"
#include "rtc/peer_transport.hpp"
#include "rtc/rtp_packet.hpp"
#include "rtc/sdp.hpp"
#include "sfu/twcc_recorder.hpp"

namespace kith::bench {

class CallConnection final : private net::DatagramHandler {
 public:
  /// Called with each RTP packet, decrypted. `now`: when its batch was read.
  using OnRtp = std::move_only_function<void(Instant now, const rtc::RtpPacket& packet)>;

  /// All but `on_rtp` outlive the connection. `kBusy`: no descriptor or port is left.
  static Result<std::unique_ptr<CallConnection>> create(net::Reactor& reactor, CallSockets& sockets,
                                                        const rtc::DtlsCertificate& certificate, Random& random,
                                                        OnRtp on_rtp);
  ~CallConnection() override;
  CallConnection(const CallConnection&) = delete;
  CallConnection& operator=(const CallConnection&) = delete;

  /// Takes the server's side from its offer or answer and begins to connect, or to go on.
  Result<> set_remote(const rtc::SessionDescription& description);
  /// Reports when packets arrive, as browsers do: the server then estimates the bandwidth and sends by it.
  /// `extension`: id of the transport sequence number.
  void report_arrivals(uint8_t extension) { arrival_extension_ = extension; }
  /// Puts our side of the transport into a section of a description.
  void describe(rtc::SdpMedia& media, rtc::SdpSetup setup) const;
  [[nodiscard]] bool is_connected() const { return transport_.state() == rtc::TransportState::kConnected; }

  /// The packet leaves with the reactor's pass. False: not connected.
  bool send_rtp(const rtc::RtpHeader& header, rtc::Bytes payload);

 private:
  CallConnection(net::Reactor& reactor, const rtc::DtlsCertificate& certificate, Random& random, OnRtp on_rtp);
  void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram) override;
  void handle_closed(const rtc::Path&) override {}
  void handle_timeout();
  void note_arrival(Instant now, const rtc::RtpPacket& packet);
  void send_reports();
  void set_timer();

  net::Reactor& reactor_;
  const rtc::DtlsCertificate& certificate_;
  rtc::PeerTransport transport_;
  OnRtp on_rtp_;
  CallPlace place_;
  sfu::TwccRecorder arrivals_;
  uint8_t arrival_extension_ = 0;  ///< 0: nothing is reported
  net::TimerId timer_ = net::TimerId::kNone;
  Instant timer_due_ = Instant::max();
};

}  // namespace kith::bench
