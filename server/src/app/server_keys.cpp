#include "app/server_keys.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "store/setting_repository.hpp"

namespace kith::app {
namespace {

constexpr std::string_view kScope = "server_key";

/// The named key, made of random bytes if there is none yet.
template <size_t Size>
Result<> load(store::WriteTransaction& transaction, Random& random, std::string_view name,
              std::array<uint8_t, Size>& key) {
  store::SettingRepository settings(transaction.db());
  TRY(const auto stored, settings.find(kScope, name));
  if (stored) {
    const auto bytes = from_base64url(*stored);
    if (!bytes || bytes->size() != Size) return fail(Reason::kDataDamaged, "A key of this server is damaged.");
    std::ranges::copy(*bytes, reinterpret_cast<char*>(key.data()));
    return {};
  }
  random.fill(std::as_writable_bytes(std::span(key)));
  return settings.put(kScope, name, to_base64url({reinterpret_cast<const char*>(key.data()), key.size()}));
}

}  // namespace

Task<Result<ServerKeys>> load_server_keys(store::Store& store, Random& random) {
  co_return co_await store.write<ServerKeys>([&random](store::WriteTransaction& transaction) -> Result<ServerKeys> {
    ServerKeys keys;
    TRY_VOID(load(transaction, random, "ids", keys.ids));
    TRY_VOID(load(transaction, random, "tokens", keys.tokens));
    TRY_VOID(load(transaction, random, "call_tokens", keys.call_tokens));
    return keys;
  });
}

}  // namespace kith::app
