// Call tokens: text from anybody opens nothing; what we sign is read without harm, and grants come out as they went in.
#include <sodium.h>

#include "base/bytes.hpp"
#include "call/call_token.hpp"
#include "fuzz_input.hpp"

using namespace kith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  static const chat::IdCodec ids({1, 2, 3});
  static const call::CallTokenCodec::Key key{4, 5, 6};
  static const call::CallTokenCodec tokens(key, ids);
  constexpr UnixMillis kNow{1'800'000'000'000};
  const bool is_signed = (input.byte() & 1) != 0;
  std::string token(input.rest());
  if (is_signed) {
    // The parsers behind the signature: the input is header, a line's end, and claims.
    const size_t end = std::min(token.find('\n'), token.size());
    const std::string claims = end < token.size() ? token.substr(end + 1) : std::string();
    token = to_base64url(token.substr(0, end)) + "." + to_base64url(claims);
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256(reinterpret_cast<uint8_t*>(mac.data()), reinterpret_cast<const uint8_t*>(token.data()),
                           token.size(), key.data());
    token += "." + to_base64url(mac);
  }
  const auto grant = tokens.decode(token, kNow);
  if (!is_signed) fuzz::claim(!grant.has_value());
  if (grant) fuzz::claim(tokens.decode(tokens.encode(*grant, kNow), kNow) == *grant);
  return 0;
}
