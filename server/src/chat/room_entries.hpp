// One row of the room list: a room, the caller's place in it, its newest message. Used wherever a room is answered.
#pragma once

#include <set>

#include "base/result.hpp"
#include "chat/access.hpp"
#include "chat/context.hpp"
#include "chat/present.hpp"

namespace kith::chat {

/// Builds rows inside one read transaction and remembers which users they name.
class RoomEntries {
 public:
  RoomEntries(const Context& context, store::ReadTransaction& transaction)
      : context_(context), transaction_(transaction) {}

  /// `with_message`: also the newest countable message that the member may read.
  Result<v1::RoomEntry> build(const Access& access, bool with_message = true);

  /// Users of direct rooms, senders of newest messages, inviters.
  [[nodiscard]] std::set<UserId>& users() { return users_; }

 private:
  const Context& context_;
  store::ReadTransaction& transaction_;
  std::set<UserId> users_;
};

}  // namespace kith::chat
