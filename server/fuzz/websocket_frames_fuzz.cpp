// RFC 6455 frames: however a stream is cut into chunks, the reader says the same.
#include <optional>
#include <string>
#include <vector>

#include "fuzz_input.hpp"
#include "net/websocket_codec.hpp"

using namespace kith;

namespace {

constexpr size_t kMessageBytes = 4096;

struct Seen {
  std::vector<std::pair<net::Opcode, std::string>> messages;
  std::optional<net::CloseCode> failure;

  bool operator==(const Seen&) const = default;
};

Seen read(net::WebSocketRole role, std::string stream, size_t chunk_bytes) {
  Seen seen;
  net::FrameReader reader(role, kMessageBytes);
  const auto sink = [&](net::Opcode opcode, std::string_view payload) {
    fuzz::claim(payload.size() <= kMessageBytes);
    seen.messages.emplace_back(opcode, payload);
    return true;
  };
  for (size_t at = 0; at < stream.size() && !seen.failure; at += chunk_bytes) {
    const size_t bytes = std::min(chunk_bytes, stream.size() - at);
    seen.failure = reader.feed(std::span(stream).subspan(at, bytes), sink);
    fuzz::claim(reader.held_bytes() <= 4 * kMessageBytes);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const size_t chunk_bytes = 1 + input.byte();
  for (const auto role : {net::WebSocketRole::kServer, net::WebSocketRole::kClient}) {
    const std::string stream(input.rest());
    fuzz::claim(read(role, stream, stream.size() + 1) == read(role, stream, chunk_bytes));
  }
  return 0;
}
