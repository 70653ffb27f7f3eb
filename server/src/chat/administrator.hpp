// Who may administrate the server.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/db.hpp"

namespace kith::chat {

/// By the role as it is stored now: the caller's may have been read a while ago. Error: kNotAllowed.
Result<> require_administrator(store::Db& db, UserId caller);

}  // namespace kith::chat
