// Views of datagrams and big-endian reading and writing within bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace kith::rtc {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

inline Bytes as_bytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }
inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Big-endian numbers at a place the caller has checked.
inline uint16_t load_u16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }
inline uint32_t load_u24(const uint8_t* at) { return uint32_t{at[0]} << 16 | uint32_t{at[1]} << 8 | at[2]; }
inline uint32_t load_u32(const uint8_t* at) { return uint32_t{load_u16(at)} << 16 | load_u16(at + 2); }
inline uint64_t load_u64(const uint8_t* at) { return uint64_t{load_u32(at)} << 32 | load_u32(at + 4); }
inline void store_u16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}
inline void store_u24(uint8_t* at, uint32_t value) {
  at[0] = static_cast<uint8_t>(value >> 16);
  store_u16(at + 1, static_cast<uint16_t>(value));
}
inline void store_u32(uint8_t* at, uint32_t value) {
  store_u16(at, static_cast<uint16_t>(value >> 16));
  store_u16(at + 2, static_cast<uint16_t>(value));
}
inline void store_u64(uint8_t* at, uint64_t value) {
  store_u32(at, static_cast<uint32_t>(value >> 32));
  store_u32(at + 4, static_cast<uint32_t>(value));
}

/// Takes numbers from the front of bytes. Past the end every take gives 0 or nothing and `ok()` is false from then on:
/// a parser reads all fields first and asks once.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  uint8_t u8() { return has(1) ? *advance(1) : 0; }
  uint16_t u16() { return has(2) ? load_u16(advance(2)) : 0; }
  uint32_t u24() { return has(3) ? load_u24(advance(3)) : 0; }
  uint32_t u32() { return has(4) ? load_u32(advance(4)) : 0; }
  uint64_t u64() { return has(8) ? load_u64(advance(8)) : 0; }
  Bytes take(size_t size) { return has(size) ? Bytes(advance(size), size) : Bytes(); }
  void skip(size_t size) {
    if (has(size)) advance(size);
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] size_t left() const { return bytes_.size() - at_; }
  [[nodiscard]] Bytes rest() const { return bytes_.subspan(at_); }

 private:
  bool has(size_t size) {
    ok_ = ok_ && left() >= size;
    return ok_;
  }
  const uint8_t* advance(size_t size) {
    const uint8_t* at = bytes_.data() + at_;
    at_ += size;
    return at;
  }

  Bytes bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

/// Puts numbers into a buffer of fixed size. Past the end nothing is written and `ok()` is false from then on.
class ByteWriter {
 public:
  explicit ByteWriter(MutableBytes bytes) : bytes_(bytes) {}

  void u8(uint8_t value) {
    if (has(1)) *advance(1) = value;
  }
  void u16(uint16_t value) {
    if (has(2)) store_u16(advance(2), value);
  }
  void u24(uint32_t value) {
    if (has(3)) store_u24(advance(3), value);
  }
  void u32(uint32_t value) {
    if (has(4)) store_u32(advance(4), value);
  }
  void u64(uint64_t value) {
    if (has(8)) store_u64(advance(8), value);
  }
  void put(Bytes bytes) {
    if (!bytes.empty() && has(bytes.size())) std::memcpy(advance(bytes.size()), bytes.data(), bytes.size());
  }
  void zeros(size_t count) {
    if (count != 0 && has(count)) std::memset(advance(count), 0, count);
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] size_t size() const { return at_; }
  [[nodiscard]] size_t left() const { return bytes_.size() - at_; }
  /// What was written so far; for fields that are known only later.
  [[nodiscard]] MutableBytes written() const { return bytes_.first(at_); }

 private:
  bool has(size_t size) {
    ok_ = ok_ && left() >= size;
    return ok_;
  }
  uint8_t* advance(size_t size) {
    uint8_t* at = bytes_.data() + at_;
    at_ += size;
    return at;
  }

  MutableBytes bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace kith::rtc
