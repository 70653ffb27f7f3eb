// Ids as clients see them: a keyed permutation of the number, so that outsiders learn neither order nor count.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace kith::chat {

/// Encodes ids as a letter for the kind and 13 digits of base 32 (0-9a-v). The permutation is Speck64/128 (Beaulieu et
/// al., "The SIMON and SPECK families of lightweight block ciphers", 2013) with one key per kind, so a room's text
/// never decodes as a user. Decoding accepts any text and returns nullopt for what this server never issued in this
/// form.
class IdCodec {
 public:
  static constexpr size_t kKeyBytes = 16;
  using Key = std::array<uint8_t, kKeyBytes>;

  explicit IdCodec(const Key& key);

  [[nodiscard]] std::string encode(UserId id) const { return encode(kUser, id.value); }
  [[nodiscard]] std::string encode(DeviceId id) const { return encode(kDevice, id.value); }
  [[nodiscard]] std::string encode(RoomId id) const { return encode(kRoom, id.value); }
  [[nodiscard]] std::string encode(CallId id) const { return encode(kCall, id.value); }
  /// A place in the commit order, as cursors carry it.
  [[nodiscard]] std::string encode_cursor(Pos pos) const { return encode(kCursor, pos); }
  [[nodiscard]] std::optional<Pos> decode_cursor(std::string_view text) const { return decode(kCursor, text); }
  [[nodiscard]] std::optional<UserId> decode_user(std::string_view text) const { return decode<UserId>(kUser, text); }
  [[nodiscard]] std::optional<DeviceId> decode_device(std::string_view text) const {
    return decode<DeviceId>(kDevice, text);
  }
  [[nodiscard]] std::optional<RoomId> decode_room(std::string_view text) const { return decode<RoomId>(kRoom, text); }
  [[nodiscard]] std::optional<CallId> decode_call(std::string_view text) const { return decode<CallId>(kCall, text); }

 private:
  enum Kind : uint8_t { kUser, kDevice, kRoom, kCursor, kCall };
  static constexpr int kRounds = 27;
  using Schedule = std::array<uint32_t, kRounds>;

  [[nodiscard]] std::string encode(Kind kind, int64_t value) const;
  [[nodiscard]] std::optional<int64_t> decode(Kind kind, std::string_view text) const;
  template <typename IdType>
  [[nodiscard]] std::optional<IdType> decode(Kind kind, std::string_view text) const {
    const auto value = decode(kind, text);
    if (!value) return std::nullopt;
    return IdType{*value};
  }

  std::array<Schedule, 5> schedules_;
};

}  // namespace kith::chat
