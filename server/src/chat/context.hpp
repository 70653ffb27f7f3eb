// What every use case works with; owned by app/, outlives all services.
#pragma once

#include "base/limits.hpp"
#include "base/time.hpp"
#include "chat/id_codec.hpp"
#include "store/store.hpp"

namespace kith::chat {

struct Context {
  store::Store& store;
  const IdCodec& ids;
  const Limits& limits;
  const Clock& clock;
};

/// The room of a request. Error: kRoomNotFound, also for text that is no id at all: both say as little.
inline Result<RoomId> room_of(const Context& context, std::string_view text) {
  const auto room = context.ids.decode_room(text);
  if (!room) return fail(Reason::kRoomNotFound, "There is no such room.", "room_id");
  return *room;
}

/// The user of a request. Error: kUserNotFound.
inline Result<UserId> user_of(const Context& context, std::string_view text) {
  const auto user = context.ids.decode_user(text);
  if (!user) return fail(Reason::kUserNotFound, "There is no such user.", "user_id");
  return *user;
}

/// A page's size: the wish, the default if 0, never above the limit.
inline size_t page_limit(const Context& context, uint32_t wish, size_t fallback) {
  return std::min<size_t>(wish == 0 ? fallback : wish, context.limits.page_size);
}

}  // namespace kith::chat
