#include "net/websocket_codec.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kith::net {
namespace {

using Mask = std::array<uint8_t, 4>;
constexpr Mask kMask = {0x37, 0xFA, 0x21, 0x3D};  // RFC 6455 §5.7

struct Event {
  Opcode opcode;
  std::string payload;
  bool operator==(const Event&) const = default;
};

struct Outcome {
  std::vector<Event> events;
  std::optional<CloseCode> error;
  bool operator==(const Outcome&) const = default;
};

Outcome read_in_chunks(WebSocketRole role, size_t message_bytes_max, const std::vector<std::string>& chunks) {
  FrameReader reader(role, message_bytes_max);
  Outcome outcome;
  for (std::string chunk : chunks) {
    outcome.error = reader.feed(chunk, [&](Opcode opcode, std::string_view payload) {
      outcome.events.push_back({opcode, std::string(payload)});
      return true;
    });
    if (outcome.error) break;
  }
  EXPECT_LE(reader.held_bytes(), 2 * message_bytes_max + 256);
  return outcome;
}

Outcome read_whole(WebSocketRole role, const std::string& stream, size_t message_bytes_max = 1 << 20) {
  return read_in_chunks(role, message_bytes_max, {stream});
}

/// Reads a stream whole, cut at every point, and byte by byte: all must give the same.
Outcome read_every_way(WebSocketRole role, const std::string& stream, size_t message_bytes_max = 1 << 20) {
  const Outcome whole = read_whole(role, stream, message_bytes_max);
  for (size_t cut = 1; cut < stream.size(); ++cut) {
    EXPECT_EQ(read_in_chunks(role, message_bytes_max, {stream.substr(0, cut), stream.substr(cut)}), whole) << cut;
  }
  std::vector<std::string> bytes;
  for (const char c : stream) bytes.emplace_back(1, c);
  EXPECT_EQ(read_in_chunks(role, message_bytes_max, bytes), whole);
  return whole;
}

/// A masked frame with any header bits.
std::string client_frame(uint8_t first_byte, const std::string& payload) {
  std::string frame = *make_masked_frame(Opcode::kBinary, payload, kMask);
  frame[0] = static_cast<char>(first_byte);
  return frame;
}

constexpr uint8_t kFin = 0x80;

TEST(FrameReader, reads_the_examples_of_rfc_6455) {
  using enum Opcode;
  const std::string hello = "\x81\x05Hello";
  EXPECT_EQ(read_every_way(WebSocketRole::kClient, hello).events, (std::vector<Event>{{kText, "Hello"}}));
  const std::string masked = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, masked).events, (std::vector<Event>{{kText, "Hello"}}));
  const std::string fragmented("\x01\x03Hel\x80\x02lo", 9);
  EXPECT_EQ(read_every_way(WebSocketRole::kClient, fragmented).events, (std::vector<Event>{{kText, "Hello"}}));
  EXPECT_EQ(read_every_way(WebSocketRole::kClient, "\x89\x05Hello").events, (std::vector<Event>{{kPing, "Hello"}}));
  const std::string pong = "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, pong).events, (std::vector<Event>{{kPong, "Hello"}}));
  const std::string medium = std::string("\x82\x7E\x01\x00", 4) + std::string(256, 'x');
  EXPECT_EQ(read_every_way(WebSocketRole::kClient, medium).events,
            (std::vector<Event>{{kBinary, std::string(256, 'x')}}));
  const std::string large = std::string("\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10) + std::string(65536, 'y');
  EXPECT_EQ(read_whole(WebSocketRole::kClient, large).events, (std::vector<Event>{{kBinary, std::string(65536, 'y')}}));
}

TEST(FrameReader, gives_control_frames_between_the_fragments_of_a_message) {
  const std::string stream = client_frame(0x01, "one ") + client_frame(kFin | 0x09, "are you there") +
                             client_frame(0x00, "") + client_frame(0x00, "two ") + client_frame(kFin | 0x0A, "") +
                             client_frame(kFin | 0x00, "three") + client_frame(kFin | 0x02, "next");
  const Outcome outcome = read_every_way(WebSocketRole::kServer, stream);
  EXPECT_EQ(outcome.error, std::nullopt);
  EXPECT_EQ(outcome.events, (std::vector<Event>{{Opcode::kPing, "are you there"},
                                                {Opcode::kPong, ""},
                                                {Opcode::kText, "one two three"},
                                                {Opcode::kBinary, "next"}}));
}

TEST(FrameReader, takes_a_message_of_the_limit_and_refuses_one_byte_more) {
  const std::string exact = client_frame(kFin | 0x02, std::string(300, 'x'));
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, exact, 300).events.size(), 1U);
  const Outcome over = read_every_way(WebSocketRole::kServer, client_frame(kFin | 0x02, std::string(301, 'x')), 300);
  EXPECT_EQ(over.error, CloseCode::kTooBig);
  const std::string fragments = client_frame(0x02, std::string(150, 'x')) + client_frame(0x00, std::string(150, 'x'));
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, fragments + client_frame(kFin, ""), 300).events.size(), 1U);
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, fragments + client_frame(kFin, "x"), 300).error, CloseCode::kTooBig);
}

TEST(FrameReader, refuses_an_announced_giant_at_its_header) {
  for (const char* length : {"\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "\x00\x00\x00\x01\x00\x00\x00\x00"}) {
    const std::string header = "\x82\xFF" + std::string(length, 8) + "mask";
    EXPECT_EQ(read_every_way(WebSocketRole::kServer, header, 1000).error, CloseCode::kTooBig);
  }
}

TEST(FrameReader, refuses_what_the_rfc_forbids_with_1002) {
  const std::string ping_126 = "\x89\xFE" + std::string("\x00\x7E", 2) + "mask" + std::string(126, 'x');
  const std::pair<const char*, std::string> cases[] = {
      {"reserved bit 1", client_frame(0xC1, "x")},
      {"reserved bit 3", client_frame(0x91, "x")},
      {"unknown data opcode", client_frame(kFin | 0x03, "x")},
      {"unknown control opcode", client_frame(kFin | 0x0B, "x")},
      {"unmasked client frame", "\x81\x05Hello"},
      {"fragmented ping", client_frame(0x09, "x")},
      {"ping of 126 bytes", ping_126},
      {"continuation of nothing", client_frame(kFin | 0x00, "x")},
      {"new message inside a message", client_frame(0x01, "x") + client_frame(kFin | 0x01, "y")},
      {"16-bit length that fits 7 bits", "\x82\xFE" + std::string("\x00\x7D", 2) + "mask"},
      {"64-bit length that fits 16 bits", "\x82\xFF" + std::string("\x00\x00\x00\x00\x00\x00\xFF\xFF", 8) + "mask"},
      {"64-bit length with the sign bit", "\x82\xFF" + std::string("\x80\x00\x00\x00\x00\x00\x00\x00", 8) + "mask"},
      {"close frame of one byte", client_frame(kFin | 0x08, "\x03")},
      {"close code 999", client_frame(kFin | 0x08, "\x03\xE7")},
      {"close code 1005", client_frame(kFin | 0x08, "\x03\xED")},
      {"close code 1015", client_frame(kFin | 0x08, "\x03\xF7")},
      {"close code 2999", client_frame(kFin | 0x08, "\x0B\xB7")},
      {"close code 5000", client_frame(kFin | 0x08, "\x13\x88")},
  };
  for (const auto& [what, stream] : cases) {
    EXPECT_EQ(read_every_way(WebSocketRole::kServer, stream).error, CloseCode::kProtocolError) << what;
  }
  EXPECT_EQ(read_whole(WebSocketRole::kClient, client_frame(kFin | 0x01, "x")).error, CloseCode::kProtocolError);
}

TEST(FrameReader, takes_control_frames_of_125_bytes_and_valid_close_codes) {
  const std::string longest(125, 'x');
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, client_frame(kFin | 0x09, longest)).events,
            (std::vector<Event>{{Opcode::kPing, longest}}));
  for (const std::string& payload : {std::string(), std::string("\x03\xE8"), std::string("\x03\xF6 bye"),
                                     std::string("\x0B\xB8"), std::string("\x13\x87")}) {
    const Outcome outcome = read_every_way(WebSocketRole::kServer, client_frame(kFin | 0x08, payload));
    EXPECT_EQ(outcome.events, (std::vector<Event>{{Opcode::kClose, payload}}));
  }
}

TEST(FrameReader, refuses_text_that_is_not_utf8_with_1007) {
  const std::string smile = "\xF0\x9F\x98\x80";
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, client_frame(kFin | 0x01, smile)).events.size(), 1U);
  const std::string halves = client_frame(0x01, smile.substr(0, 2)) + client_frame(kFin, smile.substr(2));
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, halves).events, (std::vector<Event>{{Opcode::kText, smile}}));
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "ab\xF0\x9F"}) {
    EXPECT_EQ(read_every_way(WebSocketRole::kServer, client_frame(kFin | 0x01, bad)).error, CloseCode::kInvalidPayload);
    EXPECT_EQ(read_every_way(WebSocketRole::kServer, client_frame(kFin | 0x02, bad)).error, std::nullopt);
  }
  const std::string bad_reason = client_frame(kFin | 0x08, "\x03\xE8\xC0\x80");
  EXPECT_EQ(read_every_way(WebSocketRole::kServer, bad_reason).error, CloseCode::kInvalidPayload);
}

TEST(FrameReader, stops_when_the_sink_says_so) {
  std::string stream = client_frame(kFin | 0x08, "") + client_frame(kFin | 0x02, "after the close");
  FrameReader reader(WebSocketRole::kServer, 1000);
  int events = 0;
  EXPECT_EQ(reader.feed(stream, [&](Opcode, std::string_view) { return ++events > 1; }), std::nullopt);
  EXPECT_EQ(events, 1);
}

TEST(FrameReader, holds_nothing_once_a_message_is_over) {
  FrameReader reader(WebSocketRole::kServer, 1 << 20);
  std::string stream = client_frame(kFin | 0x02, std::string(100'000, 'x'));
  std::string first = stream.substr(0, 50'000);
  std::string second = stream.substr(50'000);
  const auto ignore = [](Opcode, std::string_view) { return true; };
  reader.feed(first, ignore);
  EXPECT_GE(reader.held_bytes(), 49'000U);
  reader.feed(second, ignore);
  EXPECT_LT(reader.held_bytes(), 64U);
}

TEST(Frames, come_back_masked_and_unmasked_at_the_borders_of_each_length_form) {
  for (const size_t size : {0, 1, 7, 8, 9, 125, 126, 65535, 65536, 70001}) {
    std::string payload(size, '\0');
    for (size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 31);
    const std::vector<Event> expected = {{Opcode::kBinary, payload}};
    EXPECT_EQ(read_whole(WebSocketRole::kClient, *make_frame(Opcode::kBinary, payload)).events, expected) << size;
    EXPECT_EQ(read_whole(WebSocketRole::kServer, *make_masked_frame(Opcode::kBinary, payload, kMask)).events, expected);
  }
  EXPECT_EQ(*make_frame(Opcode::kText, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(*make_masked_frame(Opcode::kText, "Hello", kMask), "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST(Frames, a_close_reason_is_cut_between_characters_to_fit_a_control_frame) {
  std::string reason;
  while (reason.size() < 200) reason += "é";
  const SharedBuffer frame = make_close_frame(WebSocketRole::kServer, CloseCode::kSlow, reason, kMask);
  const Outcome outcome = read_whole(WebSocketRole::kClient, *frame);
  ASSERT_EQ(outcome.events.size(), 1U);
  EXPECT_EQ(close_code_of(outcome.events[0].payload), CloseCode::kSlow);
  EXPECT_EQ(outcome.events[0].payload.size(), 124U);
  EXPECT_EQ(close_code_of(""), CloseCode::kNoStatus);
}

// Source: RFC 6455 §1.3.
TEST(Handshake, answers_the_key_of_the_rfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace kith::net
