// RFC 6455 frames without a socket: a reader fed chunks of any size, and frames as shared immutable bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/function_ref.hpp"
#include "net/buffer.hpp"

namespace kith::net {

/// RFC 6455 §11.8.
enum class Opcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

/// RFC 6455 §7.4.1, and ours from the private range.
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,  ///< the server stops
  kProtocolError = 1002,
  kUnsupported = 1003,
  kNoStatus = 1005,        ///< never sent: the peer's close frame had no code
  kAbnormal = 1006,        ///< never sent: the connection ended without a close frame
  kInvalidPayload = 1007,  ///< text that is not UTF-8
  kPolicy = 1008,
  kTooBig = 1009,
  kInternal = 1011,
  kTryAgain = 1013,
  kSlow = 4001,  ///< the reader did not keep up: reconnect and resume
};

enum class WebSocketRole : uint8_t { kServer, kClient };

/// Turns chunks of a byte stream into whole messages and control frames. Unmasks in place; a message that lies whole
/// in a chunk is not copied, and an idle reader holds no buffer.
class FrameReader {
 public:
  /// Returns false to stop reading (the connection was closed by what it got); the rest of the chunk is dropped.
  using Sink = FunctionRef<bool(Opcode, std::string_view payload)>;

  /// `role`: whose reader this is; a server demands masked frames and a client unmasked ones (§5.1).
  /// `message_bytes_max`: one message, all fragments together.
  FrameReader(WebSocketRole role, size_t message_bytes_max);

  /// Reads a chunk, changing its bytes. The sink gets text (checked UTF-8), binary, ping, pong, and close (payload
  /// checked: empty, or a valid code and UTF-8). Returns the code to fail the connection with: 1002, 1007 or 1009;
  /// the reader must not be fed again then.
  std::optional<CloseCode> feed(std::span<char> chunk, Sink sink);

  /// Bytes held for an unfinished message or frame.
  [[nodiscard]] size_t held_bytes() const { return message_.capacity() + control_.capacity(); }

 private:
  std::optional<CloseCode> read_header();
  std::optional<CloseCode> check_header(uint8_t first, uint8_t second) const;
  std::optional<CloseCode> finish(std::span<char> last_part, Sink& sink, bool& goes_on);
  std::optional<CloseCode> finish_control(std::string_view payload, Sink& sink, bool& goes_on);

  size_t message_bytes_max_;
  std::string message_;               ///< unfinished message: finished fragments and what came of the current one
  std::string control_;               ///< unfinished control frame: at most 125 bytes
  uint64_t payload_left_ = 0;         ///< bytes of the current frame still to come
  std::array<uint8_t, 14> header_{};  ///< the current frame's header as far as it came
  uint8_t header_size_ = 0;
  uint8_t header_needed_ = 2;
  std::array<uint8_t, 4> mask_{};
  uint8_t mask_at_ = 0;                            ///< which byte of the mask comes next
  Opcode opcode_ = Opcode::kContinuation;          ///< of the current frame
  Opcode message_opcode_ = Opcode::kContinuation;  ///< of the unfinished message; kContinuation: none
  WebSocketRole role_;
  bool is_final_ = false;
  bool in_payload_ = false;
};

/// XORs bytes with a 4-byte mask that starts at mask[offset % 4] (§5.3); returns the offset for the next chunk.
uint8_t apply_mask(std::span<char> bytes, const std::array<uint8_t, 4>& mask, uint8_t offset);

/// Appends the header of an unmasked final frame.
void put_frame_header(std::string& out, Opcode opcode, size_t payload_bytes);
/// A final, unmasked frame, as servers send them; made once and shared by all its receivers.
SharedBuffer make_frame(Opcode opcode, std::string_view payload);
/// A final, masked frame, as clients send them.
SharedBuffer make_masked_frame(Opcode opcode, std::string_view payload, const std::array<uint8_t, 4>& mask);
/// A frame for either side; clients' frames use the given mask.
SharedBuffer make_frame_for(WebSocketRole role, Opcode opcode, std::string_view payload,
                            const std::array<uint8_t, 4>& mask);

/// A close frame; `reason`: UTF-8, cut to 123 bytes. kNoStatus and kAbnormal give an empty close.
SharedBuffer make_close_frame(WebSocketRole role, CloseCode code, std::string_view reason,
                              const std::array<uint8_t, 4>& mask);

/// The code of a close frame's payload that the reader has checked.
CloseCode close_code_of(std::string_view payload);
/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (§4.2.2).
std::string accept_key(std::string_view key);

}  // namespace kith::net
