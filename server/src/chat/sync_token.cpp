#include "chat/sync_token.hpp"

#include <sodium.h>

#include "base/bytes.hpp"

namespace kith::chat {
namespace {

constexpr size_t kMacBytes = 16;
constexpr char kFormat = 1;

std::string mac_of(const SyncTokenCodec::Key& key, UserId user, std::string_view content) {
  std::string input;
  put_u64_be(input, static_cast<uint64_t>(user.value));
  input += content;
  std::string mac(kMacBytes, '\0');
  crypto_generichash(reinterpret_cast<uint8_t*>(mac.data()), mac.size(), reinterpret_cast<const uint8_t*>(input.data()),
                     input.size(), key.data(), key.size());
  return mac;
}

}  // namespace

std::string SyncTokenCodec::encode(UserId user, const SyncToken& token) const {
  std::string bytes(1, kFormat);
  put_u64_be(bytes, token.epoch);
  put_varint(bytes, static_cast<uint64_t>(token.pos));
  put_varint(bytes, static_cast<uint64_t>(token.version));
  put_varint(bytes, static_cast<uint64_t>(token.day));
  return to_base64url(bytes + mac_of(key_, user, bytes));
}

std::optional<SyncToken> SyncTokenCodec::decode(UserId user, std::string_view text) const {
  const auto bytes = text.size() <= 128 ? from_base64url(text) : std::nullopt;
  if (!bytes || bytes->size() <= kMacBytes) return std::nullopt;
  std::string_view content = std::string_view(*bytes).substr(0, bytes->size() - kMacBytes);
  const std::string expected = mac_of(key_, user, content);
  if (sodium_memcmp(expected.data(), bytes->data() + content.size(), kMacBytes) != 0) return std::nullopt;
  if (content.front() != kFormat) return std::nullopt;
  content.remove_prefix(1);
  const auto epoch = take_u64_be(content);
  const auto pos = take_varint(content);
  const auto version = take_varint(content);
  const auto day = take_varint(content);
  if (!epoch || !pos || !version || !day || !content.empty()) return std::nullopt;
  return SyncToken{.epoch = *epoch,
                   .pos = static_cast<Pos>(*pos),
                   .version = static_cast<Version>(*version),
                   .day = static_cast<int64_t>(*day)};
}

}  // namespace kith::chat
