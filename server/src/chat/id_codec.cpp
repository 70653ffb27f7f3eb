#include "chat/id_codec.hpp"

#include <bit>
#include <limits>

#include "base/bytes.hpp"

namespace kith::chat {
namespace {

constexpr std::string_view kPrefixes = "udrck";

void round(uint32_t& x, uint32_t& y, uint32_t key) {
  x = (std::rotr(x, 8) + y) ^ key;
  y = std::rotl(y, 3) ^ x;
}

void unround(uint32_t& x, uint32_t& y, uint32_t key) {
  y = std::rotr(y ^ x, 3);
  x = std::rotl((x ^ key) - y, 8);
}

}  // namespace

IdCodec::IdCodec(const Key& key) {
  for (size_t kind = 0; kind < schedules_.size(); ++kind) {
    std::array<uint32_t, 4> words{};
    for (size_t i = 0; i < kKeyBytes; ++i) words[i / 4] |= static_cast<uint32_t>(key[i]) << (8 * (i % 4));
    words[3] ^= static_cast<uint32_t>(kind);
    uint32_t current = words[0];
    std::array<uint32_t, kRounds + 3> rest{words[1], words[2], words[3]};
    for (size_t i = 0; i < kRounds; ++i) {
      schedules_[kind][i] = current;
      uint32_t next = rest[i];
      round(next, current, static_cast<uint32_t>(i));
      rest[i + 3] = next;
    }
  }
}

std::string IdCodec::encode(Kind kind, int64_t value) const {
  const auto bits = static_cast<uint64_t>(value);
  auto x = static_cast<uint32_t>(bits >> 32);
  auto y = static_cast<uint32_t>(bits);
  for (uint32_t key : schedules_[kind]) round(x, y, key);
  return kPrefixes[kind] + to_base32_u64(static_cast<uint64_t>(x) << 32 | y);
}

std::optional<int64_t> IdCodec::decode(Kind kind, std::string_view text) const {
  if (text.empty() || text.front() != kPrefixes[kind]) return std::nullopt;
  const auto bits = from_base32_u64(text.substr(1));
  if (!bits) return std::nullopt;
  auto x = static_cast<uint32_t>(*bits >> 32);
  auto y = static_cast<uint32_t>(*bits);
  for (size_t i = kRounds; i-- > 0;) unround(x, y, schedules_[kind][i]);
  const uint64_t value = static_cast<uint64_t>(x) << 32 | y;
  // Ids stay far below 2^48; almost every forged text decodes above that.
  if (value == 0 || value >> 48 != 0) return std::nullopt;
  return static_cast<int64_t>(value);
}

}  // namespace kith::chat
