// Takes numbers of any width from the front of bytes, highest bit first.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "rtc/bytes.hpp"

namespace kith::sfu {

/// Past the end every number is 0 and `ok()` is false from then on.
class BitReader {
 public:
  explicit BitReader(rtc::Bytes bytes) : bytes_(bytes) {}

  /// `width`: at most 32.
  uint32_t bits(size_t width) {
    if (bytes_.size() * 8 - at_ < width) {
      ok_ = false;
      at_ = bytes_.size() * 8;
      return 0;
    }
    uint32_t value = 0;
    for (; width > 0; --width, ++at_) value = value << 1 | ((bytes_[at_ / 8] >> (7 - at_ % 8)) & 1U);
    return value;
  }
  bool flag() { return bits(1) != 0; }
  /// One of `count` values in as few bits as possible ("ns(n)", AV1 bitstream specification §4.10.7). count > 0.
  uint32_t one_of(uint32_t count) {
    const auto width = static_cast<size_t>(std::bit_width(count));
    const uint32_t short_codes = (1U << width) - count;
    const uint32_t value = bits(width - 1);
    return value < short_codes ? value : (value << 1) - short_codes + bits(1);
  }

  [[nodiscard]] bool ok() const { return ok_; }
  /// Bits taken so far.
  [[nodiscard]] size_t position() const { return at_; }

 private:
  rtc::Bytes bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

/// Puts bits behind one another, highest first; the rest of the last byte stays 0.
class BitWriter {
 public:
  /// Fills `out` with zeros first.
  explicit BitWriter(rtc::MutableBytes out) : out_(out) {
    for (uint8_t& byte : out_) byte = 0;
  }
  void bits(uint32_t value, size_t width) {
    if (out_.size() * 8 - at_ < width) {
      ok_ = false;
      return;
    }
    for (; width > 0; --width, ++at_) {
      const uint32_t bit = (value >> (width - 1)) & 1U;
      out_[at_ / 8] = static_cast<uint8_t>(out_[at_ / 8] | bit << (7 - at_ % 8));
    }
  }
  [[nodiscard]] bool ok() const { return ok_; }
  /// Bytes begun.
  [[nodiscard]] size_t size() const { return (at_ + 7) / 8; }

 private:
  rtc::MutableBytes out_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace kith::sfu
