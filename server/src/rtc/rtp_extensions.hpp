// The elements of an RTP header extension block (RFC 8285 §4.2, §4.3).
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/bytes.hpp"

namespace kith::rtc {

inline constexpr uint16_t kOneByteProfile = 0xBEDE;
inline constexpr uint16_t kTwoByteProfile = 0x1000;  ///< the lowest four bits are the application's
inline constexpr uint8_t kOneByteIdMax = 14;         ///< 15 ends the block
inline constexpr size_t kOneByteValueMax = 16;       ///< and at least one byte
inline constexpr size_t kTwoByteValueMax = 255;

/// The value of the first element with this id; nullopt if there is none, the profile is neither form, or an element
/// before it does not fit the block. `block`: without the four bytes of profile and length.
std::optional<Bytes> find_extension_element(uint16_t profile, Bytes block, uint8_t id);

}  // namespace kith::rtc
