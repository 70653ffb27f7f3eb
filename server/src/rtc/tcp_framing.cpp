#include "rtc/tcp_framing.hpp"

namespace kith::rtc {

MutableBytes TcpFrameReader::room() {
  if (has_failed_) return {};
  if (buffer_.empty()) buffer_.resize(kTcpFrameHeaderBytes + datagram_bytes_max_);
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return MutableBytes(buffer_).subspan(end_);
}

std::optional<MutableBytes> TcpFrameReader::next() {
  while (!has_failed_ && end_ - begin_ >= kTcpFrameHeaderBytes) {
    const size_t size = load_u16(buffer_.data() + begin_);
    if (size > datagram_bytes_max_) {
      has_failed_ = true;
      break;
    }
    if (end_ - begin_ < kTcpFrameHeaderBytes + size) break;
    const MutableBytes datagram = MutableBytes(buffer_).subspan(begin_ + kTcpFrameHeaderBytes, size);
    begin_ += kTcpFrameHeaderBytes + size;
    if (size > 0) return datagram;
  }
  return std::nullopt;
}

}  // namespace kith::rtc
