#include "chat/secret_token.hpp"

#include <sodium.h>

#include <cstddef>

#include "base/bytes.hpp"

namespace kith::chat {
namespace {

constexpr size_t kRandomBytes = 32;
constexpr size_t kRandomDigits = 43;  // 32 bytes of base64url

}  // namespace

Secret<std::string> make_token(Random& random, std::string_view prefix) {
  std::array<std::byte, kRandomBytes> bytes{};
  random.fill(bytes);
  return Secret(std::string(prefix) + to_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

bool is_token(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) && text.size() == prefix.size() + kRandomDigits;
}

TokenHash hash_token(std::string_view token) {
  static_assert(sizeof(TokenHash) == crypto_hash_sha256_BYTES);
  TokenHash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(token.data()), token.size());
  return hash;
}

}  // namespace kith::chat
