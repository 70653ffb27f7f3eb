#include "net/websocket_codec.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "net/sha1.hpp"

namespace kith::net {
namespace {

constexpr size_t kControlBytesMax = 125;  // RFC 6455 §5.5
constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kReservedBits = 0x70;
constexpr uint8_t kMasked = 0x80;

bool is_control(Opcode opcode) { return (static_cast<uint8_t>(opcode) & 0x08) != 0; }

/// RFC 6455 §7.4: codes that may stand in a close frame.
bool may_be_sent(uint16_t code) {
  const bool is_registered = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
  return is_registered || (code >= 3000 && code <= 4999);
}

uint16_t load_code(std::string_view payload) {
  return static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
}

void put_header(std::string& out, Opcode opcode, size_t payload_bytes, uint8_t mask_bit) {
  out.push_back(static_cast<char>(kFinal | static_cast<uint8_t>(opcode)));
  if (payload_bytes < 126) {
    out.push_back(static_cast<char>(mask_bit | payload_bytes));
  } else if (payload_bytes <= 0xFFFF) {
    out.push_back(static_cast<char>(mask_bit | 126));
    out.push_back(static_cast<char>(payload_bytes >> 8));
    out.push_back(static_cast<char>(payload_bytes));
  } else {
    out.push_back(static_cast<char>(mask_bit | 127));
    put_u64_be(out, payload_bytes);
  }
}

std::string close_payload(CloseCode code, std::string_view reason) {
  std::string payload;
  if (code == CloseCode::kNoStatus || code == CloseCode::kAbnormal) return payload;
  payload.push_back(static_cast<char>(static_cast<uint16_t>(code) >> 8));
  payload.push_back(static_cast<char>(static_cast<uint16_t>(code)));
  payload.append(reason.substr(0, kControlBytesMax - 2));
  // The cut may have split a character.
  while (!is_utf8(std::string_view(payload).substr(2))) payload.pop_back();
  return payload;
}

}  // namespace

uint8_t apply_mask(std::span<char> bytes, const std::array<uint8_t, 4>& mask, uint8_t offset) {
  std::array<uint8_t, 8> pattern;
  for (size_t i = 0; i < pattern.size(); ++i) pattern[i] = mask[(offset + i) % 4];
  uint64_t pattern_word = 0;
  std::memcpy(&pattern_word, pattern.data(), sizeof pattern_word);
  size_t at = 0;
  for (; at + sizeof pattern_word <= bytes.size(); at += sizeof pattern_word) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    word ^= pattern_word;
    std::memcpy(bytes.data() + at, &word, sizeof word);
  }
  for (size_t i = 0; at < bytes.size(); ++at, ++i) bytes[at] = static_cast<char>(bytes[at] ^ pattern[i]);
  return static_cast<uint8_t>((offset + bytes.size()) % 4);
}

FrameReader::FrameReader(WebSocketRole role, size_t message_bytes_max)
    : message_bytes_max_(message_bytes_max), role_(role) {}

std::optional<CloseCode> FrameReader::feed(std::span<char> chunk, Sink sink) {
  size_t at = 0;
  while (true) {
    if (!in_payload_) {
      while (header_size_ < header_needed_ && at < chunk.size()) {
        header_[header_size_++] = static_cast<uint8_t>(chunk[at++]);
        if (header_size_ != 2) continue;
        if (auto error = check_header(header_[0], header_[1])) return error;
        const uint8_t length = header_[1] & 0x7F;
        header_needed_ = static_cast<uint8_t>(2 + (length == 126 ? 2 : length == 127 ? 8 : 0));
        if ((header_[1] & kMasked) != 0) header_needed_ += 4;
      }
      if (header_size_ < header_needed_) return std::nullopt;
      if (auto error = read_header()) return error;
      in_payload_ = true;
    }
    const auto part = chunk.subspan(at, std::min<uint64_t>(payload_left_, chunk.size() - at));
    if ((header_[1] & kMasked) != 0) mask_at_ = apply_mask(part, mask_, mask_at_);
    at += part.size();
    payload_left_ -= part.size();
    if (payload_left_ > 0) {
      (is_control(opcode_) ? control_ : message_).append(part.data(), part.size());
      return std::nullopt;
    }
    in_payload_ = false;
    header_size_ = 0;
    header_needed_ = 2;
    bool goes_on = true;
    if (auto error = finish(part, sink, goes_on)) return error;
    if (!goes_on) return std::nullopt;
  }
}

// RFC 6455 §5.2: what the first two bytes already show to be wrong.
std::optional<CloseCode> FrameReader::check_header(uint8_t first, uint8_t second) const {
  const bool is_masked = (second & kMasked) != 0;
  if ((first & kReservedBits) != 0 || is_masked != (role_ == WebSocketRole::kServer)) return CloseCode::kProtocolError;
  const bool is_last = (first & kFinal) != 0;
  const bool inside_message = message_opcode_ != Opcode::kContinuation;
  switch (static_cast<Opcode>(first & 0x0F)) {
    case Opcode::kContinuation:
      return inside_message ? std::nullopt : std::optional(CloseCode::kProtocolError);
    case Opcode::kText:
    case Opcode::kBinary:
      return inside_message ? std::optional(CloseCode::kProtocolError) : std::nullopt;
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      return is_last && (second & 0x7F) <= kControlBytesMax ? std::nullopt : std::optional(CloseCode::kProtocolError);
  }
  return CloseCode::kProtocolError;
}

std::optional<CloseCode> FrameReader::read_header() {
  is_final_ = (header_[0] & kFinal) != 0;
  opcode_ = static_cast<Opcode>(header_[0] & 0x0F);
  uint64_t length = header_[1] & 0x7F;
  size_t at = 2;
  if (length >= 126) {
    const size_t size = length == 126 ? 2 : 8;
    length = 0;
    for (; at < 2 + size; ++at) length = length << 8 | header_[at];
    // §5.2: the shortest form, and the most significant bit 0.
    const bool is_shortest = size == 2 ? length >= 126 : length > 0xFFFF;
    if (!is_shortest || (length >> 63) != 0) return CloseCode::kProtocolError;
  }
  if ((header_[1] & kMasked) != 0) std::memcpy(mask_.data(), header_.data() + at, mask_.size());
  mask_at_ = 0;
  payload_left_ = length;
  if (is_control(opcode_)) return std::nullopt;
  if (opcode_ != Opcode::kContinuation) message_opcode_ = opcode_;
  const bool is_too_big = length > message_bytes_max_ || message_.size() > message_bytes_max_ - length;
  return is_too_big ? std::optional(CloseCode::kTooBig) : std::nullopt;
}

std::optional<CloseCode> FrameReader::finish(std::span<char> last_part, Sink& sink, bool& goes_on) {
  const std::string_view part(last_part.data(), last_part.size());
  if (is_control(opcode_)) {
    if (control_.empty()) return finish_control(part, sink, goes_on);
    control_.append(part);
    auto error = finish_control(control_, sink, goes_on);
    std::string().swap(control_);
    return error;
  }
  if (!is_final_) {
    message_.append(part);
    return std::nullopt;
  }
  const Opcode opcode = std::exchange(message_opcode_, Opcode::kContinuation);
  if (!message_.empty()) message_.append(part);
  const std::string_view payload = message_.empty() ? part : std::string_view(message_);
  if (opcode == Opcode::kText && !is_utf8(payload)) return CloseCode::kInvalidPayload;
  goes_on = sink(opcode, payload);
  if (message_.capacity() > 0) std::string().swap(message_);
  return std::nullopt;
}

std::optional<CloseCode> FrameReader::finish_control(std::string_view payload, Sink& sink, bool& goes_on) {
  if (opcode_ == Opcode::kClose && !payload.empty()) {
    if (payload.size() < 2 || !may_be_sent(load_code(payload))) return CloseCode::kProtocolError;
    if (!is_utf8(payload.substr(2))) return CloseCode::kInvalidPayload;
  }
  goes_on = sink(opcode_, payload);
  return std::nullopt;
}

void put_frame_header(std::string& out, Opcode opcode, size_t payload_bytes) {
  put_header(out, opcode, payload_bytes, 0);
}

SharedBuffer make_frame(Opcode opcode, std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + 10);
  put_header(frame, opcode, payload.size(), 0);
  frame.append(payload);
  return make_buffer(std::move(frame));
}

SharedBuffer make_masked_frame(Opcode opcode, std::string_view payload, const std::array<uint8_t, 4>& mask) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  put_header(frame, opcode, payload.size(), kMasked);
  frame.append(reinterpret_cast<const char*>(mask.data()), mask.size());
  const size_t begin = frame.size();
  frame.append(payload);
  apply_mask(std::span(frame).subspan(begin), mask, 0);
  return make_buffer(std::move(frame));
}

SharedBuffer make_frame_for(WebSocketRole role, Opcode opcode, std::string_view payload,
                            const std::array<uint8_t, 4>& mask) {
  return role == WebSocketRole::kServer ? make_frame(opcode, payload) : make_masked_frame(opcode, payload, mask);
}

SharedBuffer make_close_frame(WebSocketRole role, CloseCode code, std::string_view reason,
                              const std::array<uint8_t, 4>& mask) {
  return make_frame_for(role, Opcode::kClose, close_payload(code, reason), mask);
}

CloseCode close_code_of(std::string_view payload) {
  return payload.size() < 2 ? CloseCode::kNoStatus : CloseCode{load_code(payload)};
}

std::string accept_key(std::string_view key) {
  const auto digest = sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  return to_base64(std::string_view(digest.data(), digest.size()));
}

}  // namespace kith::net
