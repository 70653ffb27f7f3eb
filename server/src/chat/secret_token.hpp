// Secret tokens: what a session or an invitation is shown by. Only their SHA-256 is stored.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/secret.hpp"

namespace kith::chat {

/// The beginnings by which people and secret scanners recognise our tokens.
inline constexpr std::string_view kSessionTokenPrefix = "kith_";
inline constexpr std::string_view kInvitationPrefix = "kithinvite_";

/// SHA-256 of a token: what is stored and looked up. A slow hash is for what people choose; this is 256 random bits.
using TokenHash = std::array<uint8_t, 32>;

/// A prefix and 32 random bytes as base64url.
Secret<std::string> make_token(Random& random, std::string_view prefix);
/// True if a text has the form of a token with this prefix.
bool is_token(std::string_view text, std::string_view prefix);
TokenHash hash_token(std::string_view token);
/// The hash as a bound value.
inline std::string_view bytes_of(const TokenHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace kith::chat
