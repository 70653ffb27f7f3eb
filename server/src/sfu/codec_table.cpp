#include "sfu/codec_table.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace kith::sfu {
namespace {

struct Row {
  Codec codec;
  std::string_view name;
  MediaKind kind;
  uint32_t clock_rate;
  uint8_t channels;
  uint8_t payload_type;  ///< ours, towards subscribers
  uint8_t rtx_type;      ///< 0: none
  std::string_view parameters;
};

// Payload types: spec §4.1; the one after a video codec's associated it. H264 only in the profile every browser
// decodes.
constexpr std::array<Row, 6> kRows{{
    {Codec::kOpus, "opus", MediaKind::kAudio, 48000, 2, 111, 0, "minptime=10;useinbandfec=1"},
    {Codec::kRed, "red", MediaKind::kAudio, 48000, 2, 63, 0, "111/111"},
    {Codec::kVp8, "VP8", MediaKind::kVideo, 90000, 1, 96, 97, ""},
    {Codec::kVp9, "VP9", MediaKind::kVideo, 90000, 1, 98, 99, "profile-id=0"},
    {Codec::kH264, "H264", MediaKind::kVideo, 90000, 1, 125, 126,
     "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
    {Codec::kAv1, "AV1", MediaKind::kVideo, 90000, 1, 45, 46, "level-idx=5;profile=0;tier=0"},
}};

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

const Row* find(Codec codec) {
  const auto* row = std::ranges::find(kRows, codec, &Row::codec);
  return row == kRows.end() ? nullptr : row;
}

rtc::SdpCodec line_of(const Row& row) {
  return {.payload_type = row.payload_type,
          .name = std::string(row.name),
          .clock_rate = row.clock_rate,
          .channels = row.channels,
          .parameters = std::string(row.parameters),
          .feedback = feedback_for(row.kind)};
}

std::optional<uint8_t> repeated_type(const rtc::SdpCodec& codec) {
  if (!equals_ignoring_case(codec.name, "rtx")) return std::nullopt;
  const auto text = codec.parameter("apt");
  if (!text) return std::nullopt;
  uint8_t type = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), type);
  if (error != std::errc() || end != text->data() + text->size() || type > 127) return std::nullopt;
  return type;
}

}  // namespace

Codec codec_of(const rtc::SdpCodec& codec) { return codec_of_name(codec.name); }

std::string_view name_of(Codec codec) {
  const Row* row = find(codec);
  return row == nullptr ? std::string_view() : row->name;
}

Codec codec_of_name(std::string_view name_or_mime) {
  if (const size_t slash = name_or_mime.find('/'); slash != std::string_view::npos) {
    name_or_mime.remove_prefix(slash + 1);
  }
  for (const Row& row : kRows) {
    if (equals_ignoring_case(row.name, name_or_mime)) return row.codec;
  }
  return Codec::kUnknown;
}

MediaKind kind_of(Codec codec) {
  const Row* row = find(codec);
  return row == nullptr ? MediaKind::kVideo : row->kind;
}

void read_payload_types(const rtc::SdpMedia& section, PayloadTypes& payload_types) {
  const auto set = [&](uint8_t type, const PayloadType& format) {
    if (type < payload_types.size() && payload_types[type].codec == Codec::kUnknown) payload_types[type] = format;
  };
  for (const rtc::SdpCodec& codec : section.codecs) {
    if (const Codec known = codec_of(codec); known != Codec::kUnknown) set(codec.payload_type, {.codec = known});
  }
  for (const rtc::SdpCodec& codec : section.codecs) {
    const auto associated = repeated_type(codec);
    if (!associated || payload_types[*associated].codec == Codec::kUnknown ||
        payload_types[*associated].is_retransmission)
      continue;
    set(codec.payload_type,
        {.codec = payload_types[*associated].codec, .is_retransmission = true, .associated = *associated});
  }
}

uint8_t subscriber_payload_type(Codec codec) {
  const Row* row = find(codec);
  return row == nullptr ? 0 : row->payload_type;
}

std::optional<uint8_t> subscriber_rtx_type(Codec codec) {
  const Row* row = find(codec);
  if (row == nullptr || row->rtx_type == 0) return std::nullopt;
  return row->rtx_type;
}

std::vector<rtc::SdpCodec> subscriber_codecs(Codec codec, bool is_stereo) {
  std::vector<rtc::SdpCodec> lines;
  const Row* row = find(codec);
  if (row == nullptr) return lines;
  lines.push_back(line_of(*row));
  if (codec == Codec::kRed) lines.push_back(line_of(*find(Codec::kOpus)));
  if (row->kind == MediaKind::kAudio && is_stereo) lines.back().parameters += ";stereo=1";
  if (row->rtx_type != 0) {
    lines.push_back({.payload_type = row->rtx_type,
                     .name = "rtx",
                     .clock_rate = row->clock_rate,
                     .parameters = "apt=" + std::to_string(row->payload_type)});
  }
  return lines;
}

std::vector<std::string> feedback_for(MediaKind kind) {
  if (kind == MediaKind::kAudio) return {"transport-cc", "nack"};
  return {"transport-cc", "ccm fir", "nack", "nack pli"};
}

}  // namespace kith::sfu
