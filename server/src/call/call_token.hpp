// Tokens that open the media of one call to one user: JSON Web Tokens as LiveKit's clients carry them.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "chat/id_codec.hpp"

namespace kith::call {

/// What a token says. Whether the user is still let in is asked of CallAttendance.
struct CallGrant {
  CallId call;
  UserId user;
  std::string name;  ///< how the user is shown to others
  bool can_publish = true;
  bool can_subscribe = true;
  bool can_publish_data = true;
  bool can_update_own_metadata = true;

  bool operator==(const CallGrant&) const = default;
};

/// Longest token looked at; ours have some 300 bytes.
inline constexpr size_t kCallTokenBytes = 8 * 1024;
inline constexpr std::chrono::minutes kCallTokenTime{10};

/// Makes and verifies tokens: HS256 (RFC 7515, RFC 7518 §3.2), claims of RFC 7519 §4.1 and LiveKit's `video` grant,
/// where the room is our call and `sub` our user, both as the id codec writes them.
class CallTokenCodec {
 public:
  static constexpr size_t kKeyBytes = 32;
  using Key = std::array<uint8_t, kKeyBytes>;

  CallTokenCodec(const Key& key, const chat::IdCodec& ids) : key_(key), ids_(ids) {}

  /// A token that is valid from now for `kCallTokenTime`.
  [[nodiscard]] std::string encode(const CallGrant& grant, UnixMillis now) const;
  /// Errors: kNotSignedIn for whatever was not signed with our key by HS256, is not for joining a call of this server,
  /// or whose time is over (or has not come) by more than a minute.
  [[nodiscard]] Result<CallGrant> decode(std::string_view token, UnixMillis now) const;

 private:
  [[nodiscard]] std::string mac_of(std::string_view signed_part) const;

  Key key_;
  const chat::IdCodec& ids_;
};

}  // namespace kith::call
