#include "chat/present_user.hpp"

#include "chat/present.hpp"

namespace kith::chat {

v1::Presence present_presence(const IdCodec& ids, UserId user, const PresenceView& view) {
  v1::Presence out;
  out.set_user_id(ids.encode(user));
  out.set_state(static_cast<v1::PresenceState>(view.state));
  if (view.last_seen.value != 0) set_timestamp(*out.mutable_last_seen_at(), view.last_seen);
  return out;
}

v1::User present_user(const IdCodec& ids, const PresenceTracker& presence, UserId viewer, const model::User& user) {
  v1::User out;
  out.set_id(ids.encode(user.id));
  out.set_username(user.name);
  out.set_display_name(user.display_name);
  out.set_bio(user.bio);
  out.set_role(static_cast<v1::ServerRole>(user.role));
  *out.mutable_presence() = present_presence(ids, user.id, presence.seen_by(viewer, user.id, user.seen_at));
  set_timestamp(*out.mutable_created_at(), user.created_at);
  out.set_deactivated(user.state == model::UserState::kDeactivated);
  return out;
}

v1::Session present_session(const IdCodec& ids, const model::Device& device, DeviceId current) {
  v1::Session out;
  out.set_id(ids.encode(device.id));
  out.set_name(device.name);
  set_timestamp(*out.mutable_created_at(), device.created_at);
  set_timestamp(*out.mutable_last_seen_at(), device.seen_at);
  out.set_current(device.id == current);
  return out;
}

}  // namespace kith::chat
