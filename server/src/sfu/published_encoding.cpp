#include "sfu/published_encoding.hpp"

#include <algorithm>

#include "base/deadline.hpp"
#include "sfu/codec/opus.hpp"

namespace kith::sfu {

namespace {

constexpr uint32_t kVideoClockRate = 90'000;
/// Room before the first packet of another stream, for packets of it that come late.
constexpr int64_t kStreamDistance = 4096;

Duration request_interval(const PublishedEncoding::Options& options) {
  return options.index == 0 ? KeyFrameRequests::kIntervalLow : KeyFrameRequests::kIntervalHigh;
}

}  // namespace

PublishedEncoding::PublishedEncoding(const Options& options)
    : options_(options),
      // Nobody is sent audio again: the packet at hand is all that is needed.
      history_(options.kind == MediaKind::kVideo ? PacketHistory::kKeptMax : Duration::zero()),
      key_frames_(request_interval(options)) {}

void PublishedEncoding::begin_stream(rtc::Ssrc ssrc) {
  stream_.emplace(
      ReceiveStream::Options{.ssrc = ssrc,
                             .rate_hz = options_.kind == MediaKind::kAudio ? kOpusClockRate : kVideoClockRate,
                             .wants_retransmission = options_.wants_retransmission});
  stream_->set_paused(is_paused_);
  if (rtt_) stream_->set_rtt(*rtt_);
  position_offset_.reset();
}

const MediaPacket* PublishedEncoding::handle_packet(Instant now, const rtc::RtpPacket& packet, size_t size,
                                                    const PayloadTypes& types, const rtc::RtpExtensionMap& extensions,
                                                    uint16_t& sources) {
  const PayloadType type = types[packet.payload_type & 0x7F];
  if (packet.payload.size() > kPayloadMax) return nullptr;
  if (type.is_retransmission) return recover(now, packet, types, extensions);
  if (type.codec == Codec::kUnknown) return nullptr;
  const bool is_other = !stream_ || stream_->ssrc() != packet.ssrc;
  if (is_other) begin_stream(packet.ssrc);
  const ReceiveStream::Placed placed = stream_->handle_packet(now, packet, size);
  switch (placed.arrival) {
    case ReceiveStream::Arrival::kDuplicate:
    case ReceiveStream::Arrival::kSuspect:
      return nullptr;
    case ReceiveStream::Arrival::kNext:
    case ReceiveStream::Arrival::kLate:
    case ReceiveStream::Arrival::kRestart:
      break;
  }
  if (!position_offset_) position_offset_ = history_.newest() + kStreamDistance - placed.sequence;
  if (is_other || placed.arrival == ReceiveStream::Arrival::kRestart) {
    source_ = sources++;
    frames_.reset();
  }
  return accept(now, packet, type.codec, placed, extensions);
}

/// RFC 4588 §4: the payload begins with the original sequence number; the rest of the header is the original's.
const MediaPacket* PublishedEncoding::recover(Instant now, const rtc::RtpPacket& packet, const PayloadTypes& types,
                                              const rtc::RtpExtensionMap& extensions) {
  const Codec codec = types[types[packet.payload_type & 0x7F].associated & 0x7F].codec;
  const bool is_probe = packet.payload.size() < 2;
  if (is_probe || !stream_ || !position_offset_ || codec == Codec::kUnknown) return nullptr;
  rtc::RtpPacket original = packet;
  original.sequence = rtc::load_u16(packet.payload.data());
  original.payload = packet.payload.subspan(2);
  const ReceiveStream::Placed placed = stream_->handle_recovered(now, original.sequence);
  return placed.arrival == ReceiveStream::Arrival::kDuplicate ? nullptr
                                                              : accept(now, original, codec, placed, extensions);
}

const MediaPacket* PublishedEncoding::accept(Instant now, const rtc::RtpPacket& packet, Codec codec,
                                             ReceiveStream::Placed placed, const rtc::RtpExtensionMap& extensions) {
  MediaPacket media;
  media.arrival = now;
  media.sequence = placed.sequence + *position_offset_;
  media.timestamp = packet.timestamp;
  media.source = source_;
  media.encoding = options_.index;
  media.codec = codec;
  media.marker = packet.marker;
  media.is_late = placed.arrival == ReceiveStream::Arrival::kLate;
  media.is_padding = packet.payload.empty();
  if (!media.is_padding) parse(packet, extensions, media);
  if (media.frame.is_key_frame && !media.is_padding && options_.kind == MediaKind::kVideo) {
    stream_->handle_key_frame(placed.sequence);
    key_frames_.handle_key_frame();
  }
  count(now, media);
  return &history_.insert(media);
}

/// What is malformed is closed up like padding: its sequence number exists.
void PublishedEncoding::parse(const rtc::RtpPacket& packet, const rtc::RtpExtensionMap& extensions,
                              MediaPacket& media) {
  media.payload = packet.payload;
  if (!frames_.parse(packet.find(extensions, rtc::RtpExtension::kDependencyDescriptor), media)) {
    media.is_padding = true;
    media.payload = {};
    return;
  }
  const bool with_descriptor = media.decode_target_count != 0 && FrameParser::passes_descriptor(media.codec);
  const ExtensionBlock block = write_subscriber_extensions(packet, extensions, with_descriptor, extension_block_);
  media.extensions = rtc::Bytes(extension_block_).first(block.size);
  media.descriptor_at = block.descriptor_at;
  media.descriptor_size = block.descriptor_size;
}

void PublishedEncoding::count(Instant now, const MediaPacket& packet) {
  if (packet.is_padding) return;
  const FrameInfo& frame = packet.frame;
  spatial_max_ = std::max(spatial_max_, frame.spatial);
  temporal_max_ = std::max(temporal_max_, frame.temporal);
  presence_.note(now, frame);
  for (int8_t spatial = 0; spatial <= spatial_max_; ++spatial) {
    for (int8_t temporal = 0; temporal <= temporal_max_; ++temporal) {
      if ((frame.needed_by & layer_bit({.spatial = spatial, .temporal = temporal})) == 0) continue;
      rates_[static_cast<size_t>(spatial)][static_cast<size_t>(temporal)].add(now, packet.payload.size());
    }
  }
}

void PublishedEncoding::handle_sender_report(Instant now, const rtc::SenderReport& report) {
  if (stream_) stream_->handle_sender_report(now, report);
}

void PublishedEncoding::set_paused(bool is_paused) {
  is_paused_ = is_paused;
  if (stream_) stream_->set_paused(is_paused);
}

void PublishedEncoding::set_rtt(Duration rtt) {
  rtt_ = rtt;
  if (stream_) stream_->set_rtt(rtt);
}

void PublishedEncoding::take_feedback(Instant now, rtc::Ssrc sender, std::vector<rtc::RtcpPacket>& feedback) {
  if (!stream_) return;
  lost_.clear();
  stream_->take_nacks(now, lost_);
  if (!lost_.empty()) feedback.emplace_back(rtc::Nack{.sender = sender, .media = stream_->ssrc(), .lost = lost_});
  if (!is_paused_ && key_frames_.take_due(now, presence_.is_any_alive(now))) {
    feedback.emplace_back(rtc::PictureLossIndication{.sender = sender, .media = stream_->ssrc()});
  }
}

std::optional<Instant> PublishedEncoding::next_timeout() const {
  if (!stream_) return std::nullopt;
  const std::optional<Instant> nacks = stream_->next_timeout();
  const std::optional<Instant> key_frames = is_paused_ ? std::nullopt : key_frames_.next_timeout();
  return earlier(nacks, key_frames);
}

DataRate PublishedEncoding::rate(Instant now, Layer layer) const {
  if (layer.is_none()) return {};
  const auto spatial = static_cast<size_t>(std::min(layer.spatial, spatial_max_));
  const auto temporal = static_cast<size_t>(std::min(layer.temporal, temporal_max_));
  return rates_[spatial][temporal].rate(now);
}

}  // namespace kith::sfu
