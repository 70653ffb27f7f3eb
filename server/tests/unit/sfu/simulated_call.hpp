// A media engine with simulated clients around it: real ICE, DTLS and SRTP over an in-memory network, in simulated
// time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rtc/peer_transport.hpp"
#include "rtc/rtcp.hpp"
#include "rtc/sdp.hpp"
#include "sfu/media_engine.hpp"

namespace kith::sfu::test {

/// One packet of a track as a client received it, decrypted.
struct ReceivedRtp {
  Instant at;
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  rtc::Ssrc ssrc = 0;
  std::string payload;
};

class SimulatedCall;

/// A browser, as far as an SFU can tell.
class SimulatedClient {
 public:
  /// `with_full_agent`: the engine has one too, so whoever offers controls (RFC 8445 §6.1.1).
  SimulatedClient(SimulatedCall& call, ParticipantId id, uint8_t number, bool with_full_agent);

  ParticipantId id;
  std::vector<ReceivedRtp> received;
  std::vector<rtc::RtcpPacket> publisher_rtcp;   ///< what the engine asked the publisher
  std::vector<rtc::RtcpPacket> subscriber_rtcp;  ///< what the engine told the subscriber
  std::vector<std::string> messages;             ///< on data channels
  std::vector<std::string> offers;               ///< of the engine
  bool answers = true;                           ///< false: leaves offers unanswered

  /// Announces and offers a microphone (SSRC 1000 + number) or a simulcast camera (RIDs q, h, f).
  TrackState publish_microphone();
  TrackState publish_camera();
  /// Offers again without any sending section.
  void stop_publishing();
  /// One Opus packet; `level`: −dBov.
  void send_audio(uint16_t sequence, uint32_t timestamp, const std::string& payload, uint8_t level = 30);
  /// One VP8 packet of the encoding `rid`.
  void send_video(const std::string& rid, uint16_t sequence, uint32_t timestamp, bool is_key_frame, bool starts,
                  bool ends, const std::string& payload);
  void send_subscriber_rtcp(const rtc::RtcpPacket& packet);
  void send_publisher_rtcp(const rtc::RtcpPacket& packet);
  void send_message(const std::string& label, const std::string& message);
  [[nodiscard]] bool is_connected() const { return subscriber_.state() == rtc::TransportState::kConnected; }
  /// Packets received on the section that carries a track.
  [[nodiscard]] std::vector<ReceivedRtp> of_type(uint8_t payload_type) const;

 private:
  friend class SimulatedCall;

  void handle_offer(const SubscriberOffer& offer);
  void handle_datagram(Instant now, bool is_publisher, rtc::MutableBytes datagram);
  void handle_timeout(Instant now);
  std::string describe_publisher() const;
  void negotiate_publisher();
  void send_rtp(rtc::MutableBytes header, const std::string& payload);

  SimulatedCall& call_;
  uint8_t number_;
  rtc::PeerTransport publisher_;
  rtc::PeerTransport subscriber_;
  bool has_published_ = false;
  std::vector<std::string> sections_;  ///< of the publisher's offer
  std::map<std::string, uint16_t> channels_;
};

class SimulatedCall {
 public:
  SimulatedCall();
  ~SimulatedCall();

  SimulatedClient& join(ParticipantOptions options = {});
  /// Lets simulated time pass: datagrams arrive, timers fire, offers are answered.
  void run(Duration time);

  ManualClock clock;
  SeededRandom random{7};
  std::unique_ptr<MediaEngine> engine;
  CallId call;
  std::vector<Event> events;  ///< all that came, offers too
  std::vector<std::unique_ptr<SimulatedClient>> clients;
  /// Decides the fate of each datagram; default: arrives.
  std::function<bool(bool to_engine)> drops = [](bool) { return false; };

  template <typename T>
  [[nodiscard]] std::vector<T> all() const {
    std::vector<T> found;
    for (const Event& event : events) {
      if (const auto* one = std::get_if<T>(&event)) found.push_back(*one);
    }
    return found;
  }

 private:
  friend class SimulatedClient;
  static constexpr Duration kDelay = std::chrono::milliseconds(5);

  struct Packet {
    Instant at;
    rtc::Path path;  ///< the client's end
    bool to_engine = false;
    std::vector<uint8_t> bytes;
  };
  void take_outbox(rtc::Outbox& outbox, bool to_engine, const rtc::Path* from = nullptr);
  void deliver(Packet& packet);
  void handle_events();

  rtc::DtlsCertificate server_certificate_;
  rtc::DtlsCertificate client_certificate_;
  std::deque<Packet> network_;
};

}  // namespace kith::sfu::test
