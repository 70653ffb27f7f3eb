// HTTP/1.1 responses, as our clients read them: however a stream is cut into chunks, the parser says the same.
#include <string>

#include "fuzz_input.hpp"
#include "net/http_parser.hpp"

using namespace kith;

namespace {

constexpr size_t kHeaderBytes = 2048;
constexpr size_t kBodyBytes = 4096;

struct Outcome {
  bool has_failed = false;
  bool is_done = false;
  int status = 0;
  std::string body;

  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view stream, size_t chunk_bytes, bool is_answer_to_head) {
  net::ResponseParser parser(kHeaderBytes, kBodyBytes, is_answer_to_head);
  size_t taken = 0;
  for (size_t given = 0; given < stream.size() && !parser.is_done() && !parser.has_failed();) {
    given = std::min(stream.size(), given + chunk_bytes);
    // A copy of its own, so that the sanitizer sees reads behind the chunk.
    const std::string chunk(stream.substr(taken, given - taken));
    const size_t used = parser.feed(chunk);
    fuzz::claim(used <= chunk.size());
    taken += used;
  }
  Outcome outcome{.has_failed = parser.has_failed(), .is_done = parser.is_done() || parser.finish()};
  if (!outcome.is_done) return outcome;
  const net::Response response = parser.take();
  fuzz::claim(response.body.bytes().size() <= kBodyBytes);
  outcome.status = response.status;
  outcome.body = response.body.bytes();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const size_t chunk_bytes = 1 + input.byte();
  const bool is_answer_to_head = (input.byte() & 1) != 0;
  const Outcome whole = parse(input.rest(), input.rest().size() + 1, is_answer_to_head);
  const Outcome chunked = parse(input.rest(), chunk_bytes, is_answer_to_head);
  // What is wrong with a message that is cut off may be seen now or later.
  fuzz::claim(whole.is_done == chunked.is_done);
  if (whole.is_done) fuzz::claim(whole == chunked);
  return 0;
}
