// The sync token: where a client is, in one opaque text bound to its user.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace kith::chat {

struct SyncToken {
  uint64_t epoch = 0;   ///< the life of the store in which it was given
  Pos pos = 0;          ///< every event of the user's rooms up to here is known
  Version version = 0;  ///< every own row up to here is known; holds inside one epoch only
  int64_t day = 0;      ///< days since 1970 when it was given: very old tokens start afresh

  bool operator==(const SyncToken&) const = default;
};

/// Encodes tokens with a 16-byte keyed hash (BLAKE2b) over content and user, so that one user's token is no other's and
/// a forged one is none at all.
class SyncTokenCodec {
 public:
  using Key = std::array<uint8_t, 32>;
  explicit SyncTokenCodec(const Key& key) : key_(key) {}

  [[nodiscard]] std::string encode(UserId user, const SyncToken& token) const;
  /// nullopt for what this server never gave to this user.
  [[nodiscard]] std::optional<SyncToken> decode(UserId user, std::string_view text) const;

 private:
  Key key_;
};

}  // namespace kith::chat
