#include "chat/server_settings.hpp"

#include <utility>

#include "store/setting_repository.hpp"

namespace kith::chat {
namespace {

constexpr std::string_view kScope = "server";
constexpr std::string_view kName = "name";
constexpr std::string_view kRegistration = "registration";

constexpr std::pair<model::RegistrationPolicy, std::string_view> kPolicies[] = {
    {model::RegistrationPolicy::kOpen, "open"},
    {model::RegistrationPolicy::kInvitation, "invitation"},
    {model::RegistrationPolicy::kClosed, "closed"},
};

}  // namespace

Result<ServerSettings> read_server_settings(store::Db& db) {
  store::SettingRepository settings(db);
  ServerSettings out;
  TRY(std::optional<std::string> name, settings.find(kScope, kName));
  if (name) out.name = std::move(*name);
  TRY(const std::optional<std::string> registration, settings.find(kScope, kRegistration));
  if (!registration) return out;
  out.registration = model::RegistrationPolicy::kClosed;  // A word of another version must not open the door.
  for (const auto& [policy, word] : kPolicies) {
    if (*registration == word) out.registration = policy;
  }
  return out;
}

Result<> put_server_name(store::Db& db, std::string_view name) {
  return store::SettingRepository(db).put(kScope, kName, name);
}

Result<> put_registration_policy(store::Db& db, model::RegistrationPolicy policy) {
  for (const auto& [known, word] : kPolicies) {
    if (known == policy) return store::SettingRepository(db).put(kScope, kRegistration, word);
  }
  return fail(Reason::kInvalidField, "There is no such policy.", "registration");
}

}  // namespace kith::chat
