// Whatever a publisher sends in whatever order, a subscriber gets RTP packets of its own, each number once.
#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "fuzz_input.hpp"
#include "rtc/rtp_packet.hpp"
#include "sfu/published_track.hpp"
#include "sfu/publisher_sources.hpp"
#include "sfu/subscribed_track.hpp"

using namespace kith;

namespace {

constexpr rtc::Ssrc kSsrc = 0xABCD;

sfu::PayloadTypes payload_types() {
  sfu::PayloadTypes types{};
  constexpr std::array kCodecs{sfu::Codec::kVp8,  sfu::Codec::kVp9, sfu::Codec::kAv1,
                               sfu::Codec::kH264, sfu::Codec::kRed, sfu::Codec::kOpus};
  for (size_t i = 0; i < kCodecs.size(); ++i) {
    types[96 + 2 * i] = {.codec = kCodecs[i]};
    types[97 + 2 * i] = {.is_retransmission = true, .associated = static_cast<uint8_t>(96 + 2 * i)};
  }
  return types;
}

/// One subscriber, and what it was sent.
struct Subscriber {
  Subscriber(const sfu::PublishedTrack& published, Random& random)
      : track(
            {.published = published, .ssrc = kSsrc, .rtx_ssrc = kSsrc + 1, .payload_type = 96, .rtx_payload_type = 97},
            random) {}

  void take(const sfu::OutgoingPacket& out) {
    fuzz::claim(out.header_size >= 12 && out.header_size <= out.header_bytes.size());
    fuzz::claim(out.prefix_size <= out.prefix_bytes.size());
    fuzz::claim(out.transport_sequence_at + 2U <= out.header_size);
    std::vector<uint8_t> whole;
    for (const rtc::Bytes part : {out.header(), out.prefix(), out.payload}) {
      whole.insert(whole.end(), part.begin(), part.end());
    }
    const auto packet = rtc::RtpPacket::parse(whole);
    fuzz::claim(packet.has_value() && packet->header_size == out.header_size);
    if (rtc::load_u32(out.header_bytes.data() + 8) != kSsrc) return;
    // A number used twice would reuse a nonce of AES-GCM.
    const uint16_t sequence = rtc::load_u16(out.header_bytes.data() + 2);
    const int64_t position = newest + rtc::sequence_distance(static_cast<uint16_t>(newest), sequence);
    fuzz::claim(sent.insert(position).second);
    newest = std::max(newest, position);
  }

  sfu::SubscribedTrack track;
  int64_t newest = 0;
  std::set<int64_t> sent;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const uint8_t shape = input.byte();
  sfu::PublishedTrack published(
      {.kind = (shape & 1) != 0 ? sfu::MediaKind::kVideo : sfu::MediaKind::kAudio,
       .rids = (shape & 2) != 0 ? std::vector<std::string>{"q", "h", "f"} : std::vector<std::string>{}});
  sfu::PublisherSources sources;
  sources.bind_mid("0", &published);
  sources.declare(1, 2, &published);
  rtc::RtpExtensionMap extensions;
  extensions.set(rtc::RtpExtension::kMid, 1);
  extensions.set(rtc::RtpExtension::kRid, 2);
  extensions.set(rtc::RtpExtension::kDependencyDescriptor, 3);
  extensions.set(rtc::RtpExtension::kAudioLevel, 4);
  const sfu::PayloadTypes types = payload_types();
  SeededRandom random(1);
  Subscriber subscriber(published, random);
  Instant now(std::chrono::hours(1));
  sfu::OutgoingPacket out;
  const auto take = [&subscriber](sfu::OutgoingPacket& packet) { subscriber.take(packet); };
  std::vector<rtc::RtcpPacket> feedback;
  std::string_view rest = input.rest();
  // Each step: a byte that says what to do, a length, and a packet of that length.
  while (rest.size() > 2) {
    const auto action = static_cast<uint8_t>(rest[0]);
    const size_t length = std::min<size_t>(static_cast<uint8_t>(rest[1]), rest.size() - 2);
    const rtc::Bytes bytes = rtc::as_bytes(rest.substr(2, length));
    rest.remove_prefix(2 + length);
    now += std::chrono::milliseconds(action >> 3);
    if ((action & 7) == 0) {
      const auto layer = static_cast<int8_t>(action >> 6);
      subscriber.track.set_target({.spatial = static_cast<int8_t>(layer - 1), .temporal = layer});
      subscriber.track.replay(now, out, take);
    }
    if ((action & 7) == 1 && length >= 2) {
      subscriber.track.answer_nack(now, {.lost = {rtc::load_u16(bytes.data())}}, std::chrono::milliseconds(20), out,
                                   take);
    }
    if ((action & 7) == 2) {
      published.want_key_frame(now, static_cast<int8_t>(action >> 6));
      published.take_feedback(now, 7, feedback);
    }
    const auto packet = rtc::RtpPacket::parse(bytes);
    if (!packet) continue;
    const sfu::PublisherSources::Source source = sources.find(*packet, extensions);
    if (source.track == nullptr) continue;
    const sfu::MediaPacket* const media =
        published.handle_packet(now, source.encoding, *packet, bytes.size(), types, extensions);
    if (media != nullptr && subscriber.track.forward(*media, out)) subscriber.take(out);
  }
  return 0;
}
