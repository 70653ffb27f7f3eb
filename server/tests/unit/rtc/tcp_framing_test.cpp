#include "rtc/tcp_framing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace kith::rtc {
namespace {

using testing::ElementsAre;

std::string framed(std::string_view datagram) {
  const auto header = tcp_frame_header(datagram.size());
  return std::string(as_text(header)) + std::string(datagram);
}

/// Feeds a stream in pieces of at most `piece` bytes; gives the datagrams.
std::vector<std::string> read_all(TcpFrameReader& reader, std::string_view stream, size_t piece) {
  std::vector<std::string> datagrams;
  while (!stream.empty() && !reader.has_failed()) {
    const MutableBytes room = reader.room();
    const size_t size = std::min({piece, stream.size(), room.size()});
    std::copy_n(stream.begin(), size, room.begin());
    reader.advance(size);
    stream.remove_prefix(size);
    while (const auto datagram = reader.next()) datagrams.emplace_back(as_text(*datagram));
  }
  return datagrams;
}

TEST(TcpFraming, header_is_the_length_in_network_order) {
  EXPECT_THAT(tcp_frame_header(0x1234), ElementsAre(0x12, 0x34));
}

TEST(TcpFraming, datagrams_come_whole_however_the_stream_is_cut) {
  const std::string stream = framed("one") + framed("") + framed(std::string(64, 'x')) + framed("three");
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    TcpFrameReader reader(64);
    EXPECT_THAT(read_all(reader, stream, piece), ElementsAre("one", std::string(64, 'x'), "three")) << piece;
    EXPECT_FALSE(reader.has_failed());
  }
}

TEST(TcpFraming, datagram_over_the_limit_ends_the_stream) {
  TcpFrameReader reader(64);
  EXPECT_THAT(read_all(reader, framed("one") + framed(std::string(65, 'x')) + framed("three"), 10), ElementsAre("one"));
  EXPECT_TRUE(reader.has_failed());
  EXPECT_TRUE(reader.room().empty());
  EXPECT_FALSE(reader.next());
}

TEST(TcpFraming, unfinished_datagram_waits) {
  TcpFrameReader reader(64);
  EXPECT_THAT(read_all(reader, framed("hello").substr(0, 6), 6), ElementsAre());
  EXPECT_THAT(read_all(reader, "o", 1), ElementsAre("hello"));
}

}  // namespace
}  // namespace kith::rtc
