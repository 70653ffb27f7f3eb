// Datagrams over TCP (RFC 4571): each behind its length in two bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rtc/bytes.hpp"

namespace kith::rtc {

inline constexpr size_t kTcpFrameHeaderBytes = 2;

/// The header of a datagram of `size` bytes, ≤ 65,535.
inline std::array<uint8_t, kTcpFrameHeaderBytes> tcp_frame_header(size_t size) {
  std::array<uint8_t, kTcpFrameHeaderBytes> header{};
  store_u16(header.data(), static_cast<uint16_t>(size));
  return header;
}

/// Puts the datagrams of one connection together again, however the stream was cut.
class TcpFrameReader {
 public:
  /// `datagram_bytes_max`: a longer one ends the connection.
  explicit TcpFrameReader(size_t datagram_bytes_max) : datagram_bytes_max_(datagram_bytes_max) {}

  /// Room to read from the socket into: never empty unless the reader `has_failed`. Valid until the next call.
  MutableBytes room();
  /// So many bytes were read into `room()`.
  void advance(size_t size) { end_ += size; }
  /// The next whole datagram, valid until `room` is called; nullopt: read on. Empty datagrams are passed over.
  std::optional<MutableBytes> next();

  /// True once a datagram was announced that is too long: nothing more comes.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

 private:
  size_t datagram_bytes_max_;
  std::vector<uint8_t> buffer_;
  size_t begin_ = 0;  ///< first byte not given out
  size_t end_ = 0;    ///< behind the last byte read
  bool has_failed_ = false;
};

}  // namespace kith::rtc
