#include "chat/session_start.hpp"

#include <chrono>

#include "chat/names.hpp"
#include "store/device_repository.hpp"

namespace kith::chat {
namespace {

/// How long a client is still told that its session was ended, rather than that there is none.
constexpr std::chrono::milliseconds kRememberEnded = std::chrono::hours(24 * 30);

}  // namespace

Result<std::string> session_name(std::string_view asked, const RequestContext& from, const Limits& limits) {
  if (!asked.empty()) return clean_name(asked, limits.device_name_characters, "device_name");
  return clean_name(from.device_name, limits.device_name_characters, "device_name").value_or("Unknown device");
}

Result<StartedSession> start_session(store::WriteTransaction& transaction, UserId user, std::string_view name,
                                     const TokenHash& token, const Limits& limits) {
  store::DeviceRepository devices(transaction.db());
  const UnixMillis now = transaction.now();
  StartedSession started;
  TRY(const std::vector<model::Device> living, devices.list_of_user(user));
  for (size_t i = living.size(); i >= limits.sessions_per_user && i > 0; --i) {
    TRY_VOID(end_session(transaction, user, living[i - 1].id));
    started.ended.push_back(living[i - 1].id);
  }
  TRY_VOID(devices.remove_revoked(user, UnixMillis{now.value - kRememberEnded.count()}));
  TRY(started.device,
      devices.insert({.user = user, .name = std::string(name), .created_at = now, .seen_at = now}, bytes_of(token)));
  return started;
}

Result<bool> end_session(store::WriteTransaction& transaction, UserId user, DeviceId device) {
  TRY(const bool ended, store::DeviceRepository(transaction.db()).revoke(device, transaction.now()));
  if (ended) transaction.publish(model::DeviceRevoked{.user = user, .device = device});
  return ended;
}

}  // namespace kith::chat
