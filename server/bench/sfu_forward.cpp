// The per-packet work of the SFU without sockets: one publisher's packets to many subscribers, through layer choice,
// rewriting and SRTP into datagrams.
// Usage: sfu_forward [SUBSCRIBERS [BYTES [PACKETS [vp8|opus]]]]. Prints nanoseconds of processor time per forwarded
// packet of each stage; "floor" is the encryption alone, of the same bytes with the same keys.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "rtc/outbox.hpp"
#include "rtc/srtp_outbound.hpp"
#include "sfu/published_track.hpp"
#include "sfu/subscribed_track.hpp"

namespace {

using namespace kith;

constexpr uint8_t kMediaType = 96;
constexpr rtc::Ssrc kSsrc = 0x1234'5678;
constexpr size_t kProtectionMax = 16;
const rtc::Path kPath{.remote = rtc::Endpoint::v4(127, 0, 0, 1, 9)};

struct Load {
  int subscribers = 50;
  size_t bytes = 1200;
  int packets = 20'000;
  bool is_audio = false;
};

struct Subscriber {
  Subscriber(const sfu::PublishedTrack& published, const Load& load, rtc::SrtpOutbound srtp_of, Random& random)
      : track({.published = published,
               .ssrc = kSsrc,
               .rtx_ssrc = load.is_audio ? 0 : kSsrc + 1,
               .payload_type = kMediaType,
               .rtx_payload_type = 97,
               .rate_hz = load.is_audio ? 48'000U : 90'000U},
              random),
        srtp(std::move(srtp_of)) {
    track.set_target({.spatial = 0, .temporal = 3});
  }
  sfu::SubscribedTrack track;
  rtc::SrtpOutbound srtp;
  uint16_t transport_sequence = 0;
};

/// The publisher's packets: VP8 frames of ten packets, or Opus.
class Source {
 public:
  explicit Source(const Load& load) : load_(load), bytes_(load.bytes) {}

  rtc::Bytes next() {
    const bool ends = load_.is_audio || count_ % 10 == 9;
    rtc::RtpHeaderWriter writer(bytes_, {.payload_type = kMediaType,
                                         .marker = !load_.is_audio && ends,
                                         .sequence = static_cast<uint16_t>(count_),
                                         .timestamp = timestamp_,
                                         .ssrc = 1});
    static constexpr std::array<uint8_t, 1> kLevel{30};
    writer.add(1, kLevel);
    const size_t at = writer.finish();
    if (!load_.is_audio) {
      sfu::Vp8Descriptor descriptor;
      descriptor.starts_partition = count_ % 10 == 0;
      descriptor.has_picture_id = descriptor.has_base_picture = descriptor.has_temporal_layer = true;
      descriptor.has_key_index = true;
      descriptor.picture_id = static_cast<uint16_t>(count_ / 10 & 0x7FFF);
      const size_t size = descriptor.serialize(rtc::MutableBytes(bytes_).subspan(at));
      bytes_[at + size] = count_ == 0 ? 0 : 1;
    }
    if (ends) timestamp_ += load_.is_audio ? 960 : 3000;
    ++count_;
    return bytes_;
  }

 private:
  Load load_;
  std::vector<uint8_t> bytes_;
  uint32_t timestamp_ = 0;
  int count_ = 0;
};

/// `since`: processor time at the beginning, so that other programs on the machine do not count.
void print(const char* what, const Load& load, std::clock_t since, uint64_t forwarded) {
  const double seconds = static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC;
  std::printf("%-22s %8.1f ns per forwarded packet (%d subscribers, %zu bytes, %llu packets)\n", what,
              seconds * 1e9 / static_cast<double>(forwarded), load.subscribers, load.bytes,
              static_cast<unsigned long long>(forwarded));
}

/// Forwards everything; with `protects` into datagrams, else only to the header.
void forward(const Load& load, bool protects) {
  SeededRandom random(1);
  sfu::PublishedTrack published({.kind = load.is_audio ? sfu::MediaKind::kAudio : sfu::MediaKind::kVideo, .rids = {}});
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  for (int i = 0; i < load.subscribers; ++i) {
    subscribers.push_back(std::make_unique<Subscriber>(published, load, *rtc::SrtpOutbound::create({}), random));
  }
  sfu::PayloadTypes types{};
  types[kMediaType] = {.codec = load.is_audio ? sfu::Codec::kOpus : sfu::Codec::kVp8};
  rtc::RtpExtensionMap extensions;
  extensions.set(rtc::RtpExtension::kAudioLevel, 1);
  Source source(load);
  rtc::Outbox outbox;
  Instant now(std::chrono::hours(1));
  uint64_t forwarded = 0;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < load.packets; ++i) {
    now += std::chrono::milliseconds(1);
    const rtc::Bytes datagram = source.next();
    const sfu::MediaPacket* const packet =
        published.handle_packet(now, 0, *rtc::RtpPacket::parse(datagram), datagram.size(), types, extensions);
    for (const auto& subscriber : subscribers) {
      sfu::OutgoingPacket out;
      if (!subscriber->track.forward(*packet, out)) continue;
      ++forwarded;
      if (!protects) continue;
      out.set_transport_sequence(++subscriber->transport_sequence);
      const rtc::MutableBytes room = outbox.begin(out.size() + kProtectionMax);
      outbox.commit(kPath, subscriber->srtp.protect_rtp(out.header(), out.prefix(), out.payload, room));
    }
    outbox.clear();
  }
  print(protects ? "forward and protect" : "forward", load, begin, forwarded);
}

/// Encryption of as many packets with as many keys, and nothing else.
void floor_of(const Load& load) {
  std::vector<rtc::SrtpOutbound> peers;
  for (int i = 0; i < load.subscribers; ++i) peers.push_back(*rtc::SrtpOutbound::create({}));
  std::vector<uint8_t> header(20);
  header[0] = 0x90;
  const std::vector<uint8_t> payload(load.bytes - header.size());
  std::vector<uint8_t> slab((load.bytes + kProtectionMax) * static_cast<size_t>(load.subscribers));
  const std::clock_t begin = std::clock();
  for (int i = 0; i < load.packets; ++i) {
    rtc::store_u16(&header[2], static_cast<uint16_t>(i));
    rtc::MutableBytes out(slab);
    for (rtc::SrtpOutbound& peer : peers) out = out.subspan(peer.protect_rtp(header, {}, payload, out));
  }
  print("floor", load, begin, static_cast<uint64_t>(load.packets) * static_cast<uint64_t>(load.subscribers));
}

}  // namespace

int main(int argc, char** argv) {
  Load load;
  if (argc > 1) load.subscribers = std::atoi(argv[1]);
  if (argc > 2) load.bytes = static_cast<size_t>(std::atoi(argv[2]));
  if (argc > 3) load.packets = std::atoi(argv[3]);
  load.is_audio = argc > 4 && std::string_view(argv[4]) == "opus";
  if (load.subscribers < 1 || load.bytes < 60 || load.bytes > 1500 || load.packets < 1) return 1;
  for (int round = 0; round < 3; ++round) {
    floor_of(load);
    forward(load, false);
    forward(load, true);
  }
  return 0;
}
