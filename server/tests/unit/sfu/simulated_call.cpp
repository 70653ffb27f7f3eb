#include "unit/sfu/simulated_call.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kith::sfu::test {
namespace {

const rtc::Path kServer{.remote = rtc::Endpoint::v4(10, 0, 0, 1, 7882)};
constexpr uint16_t kPublisherPort = 5000;
constexpr uint16_t kSubscriberPort = 5001;
constexpr uint8_t kAudioLevelId = 1;
constexpr uint8_t kMidId = 4;
constexpr uint8_t kRidId = 10;
constexpr uint8_t kTransportSequenceId = 3;

rtc::DtlsCertificate make_certificate() {
  auto certificate = rtc::DtlsCertificate::create();
  EXPECT_TRUE(certificate.has_value());
  return std::move(*certificate);
}

rtc::PeerTransport::Options transport_options(const rtc::DtlsCertificate& certificate, Random& random,
                                              rtc::IceRole role = rtc::IceRole::kControlling) {
  return {.ice_role = role, .local = rtc::IceCredentials::make(random), .certificate = certificate};
}

rtc::Path path_of(uint8_t number, bool is_publisher) {
  return {.remote = rtc::Endpoint::v4(10, 0, 1, number, is_publisher ? kPublisherPort : kSubscriberPort)};
}

std::string transport_lines(const rtc::IceCredentials& ice, const std::string& fingerprint, const std::string& setup) {
  return "c=IN IP4 0.0.0.0\r\na=ice-ufrag:" + ice.ufrag + "\r\na=ice-pwd:" + ice.pwd + "\r\na=fingerprint:sha-256 " +
         fingerprint + "\r\na=setup:" + setup + "\r\n";
}

}  // namespace

SimulatedClient::SimulatedClient(SimulatedCall& call, ParticipantId participant, uint8_t number, bool with_full_agent)
    : id(participant),
      call_(call),
      number_(number),
      publisher_(transport_options(call.client_certificate_, call.random), call.random),
      subscriber_(transport_options(call.client_certificate_, call.random,
                                    with_full_agent ? rtc::IceRole::kControlled : rtc::IceRole::kControlling),
                  call.random) {}

std::string SimulatedClient::describe_publisher() const {
  std::string bundle;
  std::string sections;
  for (size_t i = 0; i < sections_.size(); ++i) {
    bundle += " " + std::to_string(i);
    sections += sections_[i];
  }
  const std::string transport =
      transport_lines(publisher_.local_credentials(), call_.client_certificate_.fingerprint(), "actpass");
  for (size_t at = sections.find("@transport\r\n"); at != std::string::npos; at = sections.find("@transport\r\n")) {
    sections.replace(at, 12, transport);
  }
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE" + bundle + "\r\n" + sections;
}

void SimulatedClient::negotiate_publisher() {
  auto answer = call_.engine->handle_offer(call_.clock.now(), id, describe_publisher());
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  const auto description = rtc::SessionDescription::parse(*answer);
  ASSERT_TRUE(description.has_value()) << description.error().message;
  const rtc::SdpMedia& media = description->media.front();
  ASSERT_TRUE(publisher_.set_remote({.ufrag = media.ice_ufrag, .pwd = media.ice_pwd}, media.fingerprint->value,
                                    rtc::DtlsRole::kActive));
  publisher_.add_remote_candidate(call_.clock.now(), kServer, 1);
  if (!has_published_ && publisher_.data() != nullptr) {
    for (const char* label : {"_lossy", "_reliable"}) {
      channels_[label] = *publisher_.data()->open_channel({.label = label});
    }
  }
  has_published_ = true;
}

TrackState SimulatedClient::publish_microphone() {
  const std::string cid = "mic" + std::to_string(number_);
  const auto track = call_.engine->add_track(
      call_.clock.now(), id,
      {.cid = cid, .kind = MediaKind::kAudio, .source = TrackSource::kMicrophone, .disable_red = true});
  EXPECT_TRUE(track.has_value());
  sections_.push_back("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n@transport\r\na=mid:" + std::to_string(sections_.size()) +
                      "\r\na=sendonly\r\na=rtcp-mux\r\na=msid:- " + cid + "\r\na=rtpmap:111 opus/48000/2\r\n" +
                      "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=ssrc:" +
                      std::to_string(1000 + number_) + " cname:c\r\n");
  negotiate_publisher();
  return *track;
}

TrackState SimulatedClient::publish_camera() {
  const std::string cid = "cam" + std::to_string(number_);
  const auto track =
      call_.engine->add_track(call_.clock.now(), id,
                              {.cid = cid,
                               .kind = MediaKind::kVideo,
                               .source = TrackSource::kCamera,
                               .layers = {{.quality = VideoQuality::kLow, .width = 320, .height = 180},
                                          {.quality = VideoQuality::kMedium, .width = 640, .height = 360},
                                          {.quality = VideoQuality::kHigh, .width = 1280, .height = 720}},
                               .codec = Codec::kVp8});
  EXPECT_TRUE(track.has_value());
  sections_.push_back("m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n@transport\r\na=mid:" + std::to_string(sections_.size()) +
                      "\r\na=sendonly\r\na=rtcp-mux\r\na=msid:- " + cid +
                      "\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
                      "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                      "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
                      "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
                      "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n");
  negotiate_publisher();
  return *track;
}

void SimulatedClient::stop_publishing() {
  for (std::string& section : sections_) {
    const size_t at = section.find("a=sendonly");
    if (at != std::string::npos) section.replace(at, 10, "a=inactive");
  }
  negotiate_publisher();
}

void SimulatedClient::send_rtp(rtc::MutableBytes header, const std::string& payload) {
  if (publisher_.outbound() == nullptr || !publisher_.path()) return;
  rtc::Outbox outbox;
  const rtc::MutableBytes out = outbox.begin(header.size() + payload.size() + 16);
  const size_t size = publisher_.outbound()->protect_rtp(header, {}, rtc::as_bytes(payload), out);
  ASSERT_NE(size, 0U);
  outbox.commit(kServer, size);
  const rtc::Path from = path_of(number_, true);
  call_.take_outbox(outbox, true, &from);
}

void SimulatedClient::send_audio(uint16_t sequence, uint32_t timestamp, const std::string& payload, uint8_t level) {
  std::array<uint8_t, 64> buffer;
  rtc::RtpHeaderWriter header(buffer, {.payload_type = 111,
                                       .sequence = sequence,
                                       .timestamp = timestamp,
                                       .ssrc = static_cast<rtc::Ssrc>(1000 + number_)});
  const uint8_t value = level | 0x80;
  header.add(kAudioLevelId, rtc::Bytes(&value, 1));
  send_rtp(rtc::MutableBytes(buffer).first(header.finish()), payload);
}

void SimulatedClient::send_video(const std::string& rid, uint16_t sequence, uint32_t timestamp, bool is_key_frame,
                                 bool starts, bool ends, const std::string& payload) {
  std::array<uint8_t, 64> buffer;
  const auto ssrc = static_cast<rtc::Ssrc>(2000 + number_ * 10 + (rid == "q" ? 0 : rid == "h" ? 1 : 2));
  rtc::RtpHeaderWriter header(
      buffer, {.payload_type = 96, .marker = ends, .sequence = sequence, .timestamp = timestamp, .ssrc = ssrc});
  std::string mid;
  for (size_t i = 0; i < sections_.size(); ++i) {
    if (sections_[i].starts_with("m=video")) mid = std::to_string(i);
  }
  header.add(kMidId, rtc::as_bytes(mid));
  header.add(kRidId, rtc::as_bytes(rid));
  std::array<uint8_t, 2> transport_sequence{};
  rtc::store_u16(transport_sequence.data(), sequence);
  header.add(kTransportSequenceId, transport_sequence);
  // VP8 payload descriptor: S, no extension; then the frame's first byte, whose lowest bit is 0 in key frames.
  std::string body;
  body += static_cast<char>(starts ? 0x10 : 0x00);
  body += static_cast<char>(is_key_frame ? 0x00 : 0x01);
  send_rtp(rtc::MutableBytes(buffer).first(header.finish()), body + payload);
}

void SimulatedClient::send_subscriber_rtcp(const rtc::RtcpPacket& packet) {
  std::array<uint8_t, 1200> buffer;
  rtc::ByteWriter writer(buffer);
  ASSERT_TRUE(rtc::serialize_rtcp(packet, writer));
  rtc::Outbox outbox;
  const rtc::MutableBytes out = outbox.begin(writer.size() + 20);
  outbox.commit(kServer, subscriber_.outbound()->protect_rtcp(writer.written(), out));
  const rtc::Path from = path_of(number_, false);
  call_.take_outbox(outbox, true, &from);
}

void SimulatedClient::send_publisher_rtcp(const rtc::RtcpPacket& packet) {
  std::array<uint8_t, 1200> buffer;
  rtc::ByteWriter writer(buffer);
  ASSERT_TRUE(rtc::serialize_rtcp(packet, writer));
  rtc::Outbox outbox;
  const rtc::MutableBytes out = outbox.begin(writer.size() + 20);
  outbox.commit(kServer, publisher_.outbound()->protect_rtcp(writer.written(), out));
  const rtc::Path from = path_of(number_, true);
  call_.take_outbox(outbox, true, &from);
}

void SimulatedClient::send_message(const std::string& label, const std::string& message) {
  ASSERT_EQ(publisher_.data()->send(call_.clock.now(), channels_.at(label), rtc::as_bytes(message), false),
            rtc::SendStatus::kQueued);
  rtc::Outbox outbox;
  publisher_.flush_data(call_.clock.now(), outbox);
  const rtc::Path from = path_of(number_, true);
  call_.take_outbox(outbox, true, &from);
}

std::vector<ReceivedRtp> SimulatedClient::of_type(uint8_t payload_type) const {
  std::vector<ReceivedRtp> found;
  std::ranges::copy_if(received, std::back_inserter(found),
                       [&](const ReceivedRtp& packet) { return packet.payload_type == payload_type; });
  return found;
}

void SimulatedClient::handle_offer(const SubscriberOffer& offer) {
  offers.push_back(offer.sdp);
  if (!answers) return;
  auto description = rtc::SessionDescription::parse(offer.sdp);
  ASSERT_TRUE(description.has_value()) << description.error().message;
  const rtc::SdpMedia& first = description->media.front();
  const Instant now = call_.clock.now();
  ASSERT_TRUE(subscriber_.set_remote({.ufrag = first.ice_ufrag, .pwd = first.ice_pwd}, first.fingerprint->value,
                                     rtc::DtlsRole::kActive));
  subscriber_.add_remote_candidate(now, kServer, 1);
  rtc::SessionDescription answer = *description;
  answer.ice_lite = false;
  for (rtc::SdpMedia& media : answer.media) {
    media.ice_ufrag = subscriber_.local_credentials().ufrag;
    media.ice_pwd = subscriber_.local_credentials().pwd;
    media.fingerprint->value = call_.client_certificate_.fingerprint();
    media.setup = rtc::SdpSetup::kActive;
    media.candidates.clear();
    media.sources.clear();
    media.source_groups.clear();
    if (media.direction == rtc::SdpDirection::kSendOnly) media.direction = rtc::SdpDirection::kRecvOnly;
  }
  const auto accepted = call_.engine->handle_answer(now, id, answer.serialize(), offer.id);
  ASSERT_TRUE(accepted.has_value()) << accepted.error().message;
}

void SimulatedClient::handle_datagram(Instant now, bool is_publisher, rtc::MutableBytes datagram) {
  rtc::PeerTransport& transport = is_publisher ? publisher_ : subscriber_;
  rtc::Outbox outbox;
  const auto output = transport.handle_datagram(now, kServer, datagram, outbox);
  if (output.kind == rtc::Received::kRtp) {
    const auto packet = rtc::RtpPacket::parse(output.bytes);
    ASSERT_TRUE(packet.has_value());
    received.push_back({.at = now,
                        .payload_type = packet->payload_type,
                        .marker = packet->marker,
                        .sequence = packet->sequence,
                        .timestamp = packet->timestamp,
                        .ssrc = packet->ssrc,
                        .payload = std::string(rtc::as_text(packet->payload))});
  } else if (output.kind == rtc::Received::kRtcp) {
    EXPECT_TRUE(rtc::parse_rtcp(output.bytes, is_publisher ? publisher_rtcp : subscriber_rtcp));
  }
  if (!is_publisher && subscriber_.data() != nullptr) {
    for (rtc::ChannelEvent& event : subscriber_.data()->take_events()) {
      if (auto* message = std::get_if<rtc::MessageReceived>(&event)) messages.push_back(std::move(message->message));
    }
  }
  const rtc::Path from = path_of(number_, is_publisher);
  call_.take_outbox(outbox, true, &from);
}

void SimulatedClient::handle_timeout(Instant now) {
  for (const bool is_publisher : {true, false}) {
    rtc::PeerTransport& transport = is_publisher ? publisher_ : subscriber_;
    const auto due = transport.next_timeout();
    if (!due || *due > now) continue;
    rtc::Outbox outbox;
    transport.handle_timeout(now, outbox);
    const rtc::Path from = path_of(number_, is_publisher);
    call_.take_outbox(outbox, true, &from);
  }
}

SimulatedCall::SimulatedCall() : server_certificate_(make_certificate()), client_certificate_(make_certificate()) {
  engine = std::make_unique<MediaEngine>(
      MediaEngine::Options{.certificate = server_certificate_,
                           .candidates = {"candidate:1 1 udp 2130706431 10.0.0.1 7882 typ host"}},
      random);
  call = engine->create_call();
}

SimulatedCall::~SimulatedCall() = default;

SimulatedClient& SimulatedCall::join(ParticipantOptions options) {
  const auto number = static_cast<uint8_t>(clients.size() + 1);
  if (options.sid.empty()) options.sid = "PA_" + std::to_string(number);
  const bool with_full_agent = options.is_full_ice;
  const ParticipantId id = engine->join(clock.now(), call, std::move(options));
  return *clients.emplace_back(std::make_unique<SimulatedClient>(*this, id, number, with_full_agent));
}

void SimulatedCall::take_outbox(rtc::Outbox& outbox, bool to_engine, const rtc::Path* from) {
  for (const rtc::Outbox::Datagram& datagram : outbox.datagrams()) {
    if (drops(to_engine)) continue;
    const rtc::Bytes bytes = outbox.bytes(datagram);
    network_.push_back({.at = clock.now() + kDelay,
                        .path = from != nullptr ? *from : datagram.path,
                        .to_engine = to_engine,
                        .bytes = {bytes.begin(), bytes.end()}});
  }
  outbox.clear();
}

void SimulatedCall::deliver(Packet& packet) {
  const Instant now = clock.now();
  if (packet.to_engine) {
    rtc::Outbox outbox;
    engine->handle_datagram(now, packet.path, packet.bytes, outbox);
    take_outbox(outbox, false);
    return;
  }
  for (const auto& client : clients) {
    for (const bool is_publisher : {true, false}) {
      if (packet.path == path_of(client->number_, is_publisher)) {
        client->handle_datagram(now, is_publisher, packet.bytes);
      }
    }
  }
}

void SimulatedCall::handle_events() {
  for (Event& event : engine->take_events()) {
    if (const auto* offer = std::get_if<SubscriberOffer>(&event)) {
      for (const auto& client : clients) {
        if (client->id == offer->participant) client->handle_offer(*offer);
      }
    }
    events.push_back(std::move(event));
  }
}

void SimulatedCall::run(Duration time) {
  const Instant end = clock.now() + time;
  while (clock.now() < end) {
    rtc::Outbox outbox;
    while (!network_.empty() && network_.front().at <= clock.now()) {
      Packet packet = std::move(network_.front());
      network_.pop_front();
      deliver(packet);
    }
    for (const auto& client : clients) client->handle_timeout(clock.now());
    engine->handle_timeout(clock.now(), outbox);
    engine->finish_pass(clock.now(), outbox);
    take_outbox(outbox, false);
    handle_events();
    clock.advance(std::chrono::milliseconds(1));
  }
}

}  // namespace kith::sfu::test
