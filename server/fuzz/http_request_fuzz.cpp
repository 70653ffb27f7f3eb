// HTTP/1.1 requests: however a stream is cut into chunks, the parser says the same, and limits hold.
#include <string>

#include "fuzz_input.hpp"
#include "net/http_parser.hpp"

using namespace kith;

namespace {

constexpr size_t kHeaderBytes = 2048;
constexpr size_t kBodyBytes = 4096;

struct Outcome {
  bool is_done = false;
  int error = 0;
  std::string method, target, body;

  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view stream, size_t chunk_bytes) {
  net::RequestParser parser(kHeaderBytes, kBodyBytes);
  std::string waiting;
  while (!parser.is_done() && parser.error().status == 0 && !(stream.empty() && waiting.empty())) {
    waiting += stream.substr(0, chunk_bytes);
    const bool is_last = stream.size() <= chunk_bytes;
    stream.remove_prefix(std::min(chunk_bytes, stream.size()));
    size_t taken = 0;
    do {
      taken = parser.feed(waiting);
      fuzz::claim(taken <= waiting.size());
      waiting.erase(0, taken);
    } while (taken > 0 && !waiting.empty() && !parser.is_done() && parser.error().status == 0);
    if (is_last) break;
  }
  Outcome outcome{.is_done = parser.is_done(), .error = parser.error().status};
  if (outcome.is_done && outcome.error == 0) {
    const net::Request request = parser.take();
    fuzz::claim(request.body.size() <= kBodyBytes);
    outcome.method = request.method;
    outcome.target = request.target;
    outcome.body = request.body;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const size_t chunk_bytes = 1 + input.byte();
  const Outcome whole = parse(input.rest(), input.rest().size() + 1);
  const Outcome chunked = parse(input.rest(), chunk_bytes);
  fuzz::claim(whole.is_done == chunked.is_done);
  if (whole.is_done && whole.error == 0) fuzz::claim(whole == chunked);
  return 0;
}
