// The server's own settings: its name and who may register.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/model.hpp"
#include "store/db.hpp"

namespace kith::chat {

/// A new server is open: its owner is the first to come, and the family or team it is for can follow the address
/// without a further step. Whoever opens it to the internet changes the policy in the administration.
struct ServerSettings {
  std::string name = "Kith";
  model::RegistrationPolicy registration = model::RegistrationPolicy::kOpen;
};

Result<ServerSettings> read_server_settings(store::Db& db);
Result<> put_server_name(store::Db& db, std::string_view name);
Result<> put_registration_policy(store::Db& db, model::RegistrationPolicy policy);

}  // namespace kith::chat
