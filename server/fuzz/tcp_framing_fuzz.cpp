// RFC 4571 framing: the same datagrams come out however the stream is cut, and never more than was put in.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "rtc/tcp_framing.hpp"

using namespace kith;

namespace {

std::vector<std::string> read_all(std::string_view stream, size_t piece) {
  rtc::TcpFrameReader reader(512);
  std::vector<std::string> datagrams;
  while (!stream.empty() && !reader.has_failed()) {
    const rtc::MutableBytes room = reader.room();
    const size_t size = std::min({piece, stream.size(), room.size()});
    fuzz::claim(size > 0);
    std::copy_n(stream.begin(), size, room.begin());
    reader.advance(size);
    stream.remove_prefix(size);
    while (const auto datagram = reader.next()) datagrams.emplace_back(rtc::as_text(*datagram));
  }
  return datagrams;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const size_t piece = 1 + input.byte();
  const auto datagrams = read_all(input.rest(), piece);
  fuzz::claim(datagrams == read_all(input.rest(), size + 1));
  size_t total = 0;
  for (const std::string& datagram : datagrams) total += datagram.size() + rtc::kTcpFrameHeaderBytes;
  fuzz::claim(total <= size);
  return 0;
}
