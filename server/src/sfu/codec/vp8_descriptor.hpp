// The VP8 payload descriptor (RFC 7741 §4.2): which frame and temporal layer a packet belongs to.
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/bytes.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// The descriptor's fields. Absent optional fields are kept absent.
struct Vp8Descriptor {
  static constexpr size_t kSizeMax = 6;

  bool is_non_reference = false;    ///< N: no other frame needs this one
  bool starts_partition = false;    ///< S
  uint8_t partition = 0;            ///< PID, 3 bits
  bool has_picture_id = false;      ///< I
  bool has_base_picture = false;    ///< L
  bool has_temporal_layer = false;  ///< T
  bool has_key_index = false;       ///< K
  bool is_layer_sync = false;       ///< Y: needs only frames of the base layer
  bool is_wide_picture_id = false;  ///< M: 15 bits, as received
  uint8_t temporal_layer = 0;       ///< TID, 2 bits
  uint8_t key_index = 0;            ///< KEYIDX, 5 bits
  uint8_t base_picture = 0;         ///< TL0PICIDX
  uint16_t picture_id = 0;          ///< 7 or 15 bits
  uint8_t size = 0;                 ///< bytes of the descriptor as received
  bool operator==(const Vp8Descriptor&) const = default;

  /// nullopt if the payload ends within the descriptor or right after it.
  static std::optional<Vp8Descriptor> parse(rtc::Bytes payload);
  /// Writes the descriptor, a picture id always with 15 bits so that it may grow. `out`: at least kSizeMax bytes.
  /// Returns the bytes written.
  size_t serialize(rtc::MutableBytes out) const;
};

/// `payload`: begins with the descriptor. Only the first byte after it is looked at (key frame bit, RFC 7741 §4.3).
FrameInfo frame_info(const Vp8Descriptor& descriptor, rtc::Bytes payload, bool marker);

}  // namespace kith::sfu
