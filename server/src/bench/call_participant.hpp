// A participant of a call as load: joins by LiveKit's signalling, publishes a synthetic track and checks what it hears.
//
// 1. the socket opens, the server says `join` · 2. it offers the subscriber connection, we answer · 3. who publishes
// announces a track, offers it, is answered · 4. `tick` sends what is due, the others' packets are checked.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/call_connection.hpp"
#include "bench/client.hpp"
#include "bench/figures.hpp"
#include "livekit/rtc.pb.h"
#include "sfu/media.hpp"

namespace kith::bench {

/// What publishers send.
struct TrackPlan {
  sfu::MediaKind kind = sfu::MediaKind::kVideo;
  uint32_t packets_per_second = 1000;
  size_t bytes = 1200;  ///< of an RTP packet before it is protected
  uint32_t burst = 1;   ///< packets that are sent at one moment, as those of a key frame
};

/// What the participants of one benchmark have in common.
struct CallCrowd {
  CallCrowd(Loop& its_loop, const rtc::DtlsCertificate& its_certificate, const TrackPlan& its_track, bool with_reports)
      : loop(its_loop), certificate(its_certificate), track(its_track), reports_arrivals(with_reports) {}

  Loop& loop;
  const rtc::DtlsCertificate& certificate;
  SystemRandom random;
  CallSockets sockets{loop.reactor()};
  TrackPlan track;
  bool reports_arrivals;  ///< of subscribers, from which the server estimates their bandwidth

  /// Publishers send from here on.
  Instant media_from = Instant::max();
  /// What was sent from here on and before `measured_until` counts.
  Instant measured_from = Instant::max();
  Instant measured_until = Instant::max();

  uint64_t sent = 0;      ///< packets of publishers, measured
  uint64_t received = 0;  ///< packets of subscribers, measured
  uint64_t damaged = 0;   ///< another content than was sent
  uint64_t repeated = 0;  ///< a packet came twice, or after a later one
  uint64_t errors = 0;    ///< sockets that closed, descriptions that were refused
  std::string error;      ///< the first of them
  Latencies delays;       ///< from the publisher's clock to the subscriber's batch

  [[nodiscard]] bool is_measured(Instant at) const { return at >= measured_from && at < measured_until; }
  void fail_with(const std::string& what);
};

class CallParticipant final : public net::SocketHandler, public std::enable_shared_from_this<CallParticipant> {
 public:
  /// `target`: path and query of the signalling socket. `publishes`: sends a track as planned.
  static Result<std::shared_ptr<CallParticipant>> create(CallCrowd& crowd, std::string target, bool publishes);

  void connect();
  /// Says that it goes; only to be released afterwards.
  void leave();
  /// Is gone without a word, as after a crash: the server may wait for it. Only to be released afterwards.
  void drop();
  /// Sends the packets that are due. Returns when to call it again.
  Instant tick(Instant now);
  /// True once all its connections are up.
  [[nodiscard]] bool is_connected() const;
  /// Tracks of others that it has heard.
  [[nodiscard]] size_t tracks_heard() const { return heard_.size(); }

 private:
  CallParticipant(CallCrowd& crowd, std::string target, bool publishes);

  void on_message(std::string_view payload, bool is_text) override;
  void on_closed(net::CloseCode code) override;
  void send(const livekit::SignalRequest& request);

  Result<> handle(const livekit::SignalResponse& response);
  Result<> handle_offer(const livekit::SessionDescription& offer);
  void announce_track();
  void offer_track();
  void hear(Instant now, const rtc::RtpPacket& packet);
  void send_packet(Instant now);

  CallCrowd& crowd_;
  std::string target_;
  bool publishes_;
  net::WebSocket* socket_ = nullptr;
  bool is_leaving_ = false;
  std::unique_ptr<CallConnection> subscriber_;
  std::unique_ptr<CallConnection> publisher_;
  Instant next_ping_;

  // The own track.
  Instant begun_;  ///< when its first packet was due; the epoch before
  uint64_t packets_ = 0;
  uint16_t first_sequence_ = 0;
  rtc::Ssrc ssrc_ = 0;
  std::vector<uint8_t> payload_;

  std::unordered_map<rtc::Ssrc, uint64_t> heard_;  ///< SSRC → number of the newest packet
};

}  // namespace kith::bench
