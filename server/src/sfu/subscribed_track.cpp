#include "sfu/subscribed_track.hpp"

#include <cstring>

#include "sfu/subscriber_extensions.hpp"

namespace kith::sfu {

namespace {

constexpr size_t kFixedHeader = 12;
constexpr uint8_t kVersion = 0x80;
constexpr uint8_t kHasExtensions = 0x10;
constexpr uint8_t kHasPadding = 0x20;
constexpr uint8_t kOneByteProfile = 0xBE;
constexpr uint16_t kPictureIdMask = 0x7FFF;
constexpr uint8_t kKeyIndexMask = 0x1F;
/// A publisher silent for longer has no timeline to report on.
constexpr Duration kSilenceMax = std::chrono::seconds(2);

/// RFC 3550 §5.1: the last byte of padding is its length.
constexpr std::array<uint8_t, 1> kFiller{1};
constexpr auto kPadding = [] {
  std::array<uint8_t, 255> padding{};
  padding.back() = 255;
  return padding;
}();

}  // namespace

SubscribedTrack::SubscribedTrack(const Options& options, Random& random)
    : options_(options),
      selector_(options.published.is_simulcast()),
      rewriter_(options.rate_hz, random),
      rtx_sequence_(static_cast<uint16_t>(random.below(1U << 15))) {}

std::optional<int8_t> SubscribedTrack::awaited_key_frame() const {
  return is_audio() ? std::nullopt : selector_.awaited_key_frame();
}

bool SubscribedTrack::forward_chosen(const MediaPacket& packet, OutgoingPacket& out) {
  return packet.is_late ? forward_late(packet, out) : forward_next(packet, out);
}

bool SubscribedTrack::forward_next(const MediaPacket& packet, OutgoingPacket& out) {
  LayerSelector::Decision decision;
  if (!packet.is_padding) decision = selector_.decide(packet);
  if (!decision.is_forwarded) {
    if (!selector_.current().is_none() && rewriter_.goes_on(packet)) rewriter_.leave_out(packet);
    return false;
  }
  if (selector_.take_layer_change()) layer_change_at_ = packet.timestamp;
  RewrittenPacket rewritten;
  if (decision.begins) {
    const SenderClock* const before =
        rewriter_.has_begun() ? published().encoding(rewriter_.encoding()).clock() : nullptr;
    rewritten = rewriter_.begin(packet, before, published().encoding(packet.encoding).clock());
    oldest_repaired_ = rewriter_.newest_sequence();
  } else {
    rewritten = rewriter_.forward(packet);
  }
  if (packet.frame.is_key_frame) {
    key_frame_sent_at_ = packet.arrival;
    if (!is_audio()) oldest_repaired_ = rewriter_.newest_sequence();
  }
  write(packet, rewritten, decision.ends_picture, out);
  ++counts_.packets;
  counts_.payload_bytes += out.prefix_size + out.payload.size();
  return true;
}

/// A place was kept for every packet that was missing. One that turns out not to be wanted fills its place with
/// padding, or the subscriber would ask for it again and again.
bool SubscribedTrack::forward_late(const MediaPacket& packet, OutgoingPacket& out) {
  const auto rewritten = rewriter_.forward_late(packet);
  if (!rewritten) return false;
  const LayerSelector::Decision decision = selector_.decide_late(packet);
  if (decision.is_forwarded && !packet.is_padding) {
    write(packet, *rewritten, decision.ends_picture, out);
  } else {
    write_header(options_.ssrc, options_.payload_type, false, *rewritten, out);
    out.header_bytes[0] |= kHasPadding;
    out.payload = kFiller;
  }
  ++counts_.packets;
  counts_.payload_bytes += out.prefix_size + out.payload.size();
  return true;
}

bool SubscribedTrack::replay(Instant now, OutgoingPacket& scratch, FunctionRef<void(OutgoingPacket&)> send) {
  if (!selector_.current().is_none() || selector_.target().is_none()) return false;
  const auto wanted = static_cast<size_t>(published().is_simulcast() ? selector_.target().spatial : 0);
  if (wanted >= published().encoding_count()) return false;
  const PacketHistory& history = published().encoding(wanted).history();
  const auto first = history.newest_key_frame(now);
  if (!first) return false;
  for (int64_t sequence = *first; sequence <= history.newest(); ++sequence) {
    const MediaPacket* const packet = history.find(sequence);
    if (packet != nullptr && forward_next(*packet, scratch)) send(scratch);
  }
  if (key_frame_sent_at_) key_frame_sent_at_ = now;
  return !selector_.current().is_none();
}

void SubscribedTrack::answer_nack(Instant now, const rtc::Nack& nack, Duration rtt, OutgoingPacket& scratch,
                                  FunctionRef<void(OutgoingPacket&)> send) {
  counts_.nacked += static_cast<uint32_t>(nack.lost.size());
  const bool can_repair = options_.rtx_ssrc != 0 && rewriter_.has_begun() && !selector_.current().is_none();
  if (!can_repair) return;
  for (const uint16_t lost : nack.lost) {
    const auto origin = rewriter_.find(lost);
    if (!origin || origin->number < oldest_repaired_) continue;
    const MediaPacket* const packet = published().encoding(origin->encoding).history().find(origin->sequence);
    if (packet == nullptr || packet->is_padding) continue;
    const auto rewritten = rewriter_.forward_late(*packet);
    const LayerSelector::Decision decision = selector_.decide_late(*packet);
    if (!rewritten || !decision.is_forwarded) continue;
    if (!retransmissions_.admit(now, origin->number, rewriter_.newest_sequence(), rtt)) continue;
    write(*packet, *rewritten, decision.ends_picture, scratch);
    turn_into_retransmission(lost, scratch);
    ++counts_.retransmitted;
    send(scratch);
  }
}

std::optional<int8_t> SubscribedTrack::handle_picture_loss(Instant now, Duration rtt) {
  ++counts_.picture_losses;
  if (is_audio() || selector_.target().is_none()) return std::nullopt;
  if (const auto awaited = selector_.awaited_key_frame()) return awaited;
  if (key_frame_sent_at_ && now - *key_frame_sent_at_ < rtt) return std::nullopt;
  return selector_.current().spatial;
}

bool SubscribedTrack::make_padding(OutgoingPacket& out) {
  if (options_.rtx_ssrc == 0 || !rewriter_.has_begun()) return false;
  write_header(options_.rtx_ssrc, options_.rtx_payload_type, false,
               {.sequence = rtx_sequence_++, .timestamp = rewriter_.newest_timestamp()}, out);
  out.header_bytes[0] |= kHasPadding;
  if (options_.has_transport_sequence) {
    out.header_bytes[0] |= kHasExtensions;
    append_transport_sequence(out);
  }
  out.payload = kPadding;
  return true;
}

std::optional<rtc::SenderReport> SubscribedTrack::sender_report(Instant now, uint64_t now_ntp,
                                                                const ParticipantClock& clock) const {
  if (!rewriter_.has_begun()) return std::nullopt;
  const ReceiveStream* const stream = published().encoding(rewriter_.encoding()).stream();
  const auto wall = clock.wall_at(now);
  if (stream == nullptr || !stream->clock().is_known() || !wall) return std::nullopt;
  if (!published().is_muted() && now - stream->last_packet_at() > kSilenceMax) return std::nullopt;
  return rtc::SenderReport{.sender = options_.ssrc,
                           .ntp = now_ntp,
                           .rtp_timestamp = stream->clock().timestamp_at(*wall) + rewriter_.timestamp_offset(),
                           .packet_count = counts_.packets,
                           .octet_count = static_cast<uint32_t>(counts_.payload_bytes),
                           .blocks = {}};
}

void SubscribedTrack::write(const MediaPacket& packet, const RewrittenPacket& rewritten, bool ends_picture,
                            OutgoingPacket& out) {
  const bool passes_red = packet.codec == Codec::kRed && options_.red_payload_type != 0;
  write_header(options_.ssrc, passes_red ? options_.red_payload_type : options_.payload_type,
               is_audio() ? packet.marker : ends_picture, rewritten, out);
  if (!packet.extensions.empty()) write_extensions(packet, rewritten, out);
  if (packet.codec == Codec::kVp8) {
    Vp8Descriptor descriptor = packet.vp8;
    descriptor.picture_id =
        static_cast<uint16_t>(descriptor.picture_id + rewritten.offsets->picture_id) & kPictureIdMask;
    descriptor.base_picture = static_cast<uint8_t>(descriptor.base_picture + rewritten.offsets->base_picture);
    descriptor.key_index = static_cast<uint8_t>(descriptor.key_index + rewritten.offsets->key_index) & kKeyIndexMask;
    out.prefix_size = static_cast<uint8_t>(descriptor.serialize(out.prefix_bytes));
    out.payload = packet.payload.subspan(descriptor.size);
  } else {
    const bool strips_red = packet.codec == Codec::kRed && !passes_red;
    out.payload = strips_red ? packet.payload.subspan(packet.red_primary_at) : packet.payload;
  }
}

/// A packet without extensions, prefix and payload.
void SubscribedTrack::write_header(rtc::Ssrc ssrc, uint8_t payload_type, bool marker, const RewrittenPacket& rewritten,
                                   OutgoingPacket& out) {
  uint8_t* const header = out.header_bytes.data();
  header[0] = kVersion;
  header[1] = static_cast<uint8_t>((marker ? 0x80 : 0) | payload_type);
  rtc::store_u16(header + 2, rewritten.sequence);
  rtc::store_u32(header + 4, rewritten.timestamp);
  rtc::store_u32(header + 8, ssrc);
  out.header_size = kFixedHeader;
  out.prefix_size = 0;
  out.transport_sequence_at = 0;
  out.payload = {};
}

void SubscribedTrack::write_extensions(const MediaPacket& packet, const RewrittenPacket& rewritten,
                                       OutgoingPacket& out) {
  uint8_t* const block = out.header_bytes.data() + kFixedHeader;
  size_t size = packet.descriptor_at == 0 ? 0 : write_active_layers(packet, rewritten, out);
  if (size == 0) {
    size = packet.extensions.size();
    std::memcpy(block, packet.extensions.data(), size);
    if (packet.descriptor_at != 0) {
      rtc::store_u16(block + packet.descriptor_at + 1,
                     static_cast<uint16_t>(packet.frame_number + rewritten.offsets->frame_number));
    }
  }
  out.header_bytes[0] |= kHasExtensions;
  out.header_size = static_cast<uint16_t>(kFixedHeader + size);
  if (options_.has_transport_sequence) {
    out.transport_sequence_at =
        kFixedHeader + (block[0] == kOneByteProfile ? kTransportSequenceAtOneByte : kTransportSequenceAtTwoByte);
  }
}

/// Where the receiver learns which layers are sent, or they just changed, the dependency descriptor must say what this
/// subscriber is sent, or its decoder would wait for the rest. Returns the block's size; 0: it may stay as it is.
size_t SubscribedTrack::write_active_layers(const MediaPacket& packet, const RewrittenPacket& rewritten,
                                            OutgoingPacket& out) {
  if (!packet.tells_active_targets && layer_change_at_ != packet.timestamp) return 0;
  const auto& structure = published().encoding(packet.encoding).structure();
  if (!structure || structure->decode_target_count != packet.decode_target_count) return 0;
  const uint32_t mask = decode_targets_up_to(*structure, selector_.current()) & packet.active_decode_targets;
  std::array<uint8_t, UINT8_MAX> value{};
  const size_t size =
      rewrite_active_decode_targets(packet.extensions.subspan(packet.descriptor_at, packet.descriptor_size),
                                    packet.decode_target_count, packet.mask_at_bit, mask, value);
  if (size == 0) return 0;
  rtc::store_u16(&value[1], static_cast<uint16_t>(packet.frame_number + rewritten.offsets->frame_number));
  return replace_dependency_descriptor(packet.extensions, rtc::Bytes(value).first(size),
                                       rtc::MutableBytes(out.header_bytes).subspan(kFixedHeader));
}

/// A block of nothing but the transport sequence number (RFC 8285 §4.2).
void SubscribedTrack::append_transport_sequence(OutgoingPacket& out) {
  rtc::ByteWriter block(rtc::MutableBytes(out.header_bytes).subspan(kFixedHeader));
  block.u16(0xBEDE);
  block.u16(1);
  block.u8(static_cast<uint8_t>(subscriber_extension_id(rtc::RtpExtension::kTransportSequence) << 4 | 1));
  block.zeros(3);
  out.header_size = static_cast<uint16_t>(kFixedHeader + block.size());
  out.transport_sequence_at = kFixedHeader + kTransportSequenceAtOneByte;
}

/// RFC 4588 §4: another SSRC, payload type and sequence number; the original's number before the payload.
void SubscribedTrack::turn_into_retransmission(uint16_t original, OutgoingPacket& out) {
  uint8_t* const header = out.header_bytes.data();
  header[1] = static_cast<uint8_t>((header[1] & 0x80) | options_.rtx_payload_type);
  rtc::store_u16(header + 2, rtx_sequence_++);
  rtc::store_u32(header + 8, options_.rtx_ssrc);
  std::memmove(out.prefix_bytes.data() + 2, out.prefix_bytes.data(), out.prefix_size);
  rtc::store_u16(out.prefix_bytes.data(), original);
  out.prefix_size = static_cast<uint8_t>(out.prefix_size + 2);
}

}  // namespace kith::sfu
