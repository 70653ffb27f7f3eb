#include "call/participant.hpp"

#include <algorithm>

#include "call/client_rules.hpp"
#include "call/signal_limits.hpp"
#include "call/track_info.hpp"

namespace kith::call {
namespace {

livekit::ParticipantPermission permission_of(const Connect& connect) {
  livekit::ParticipantPermission permission;
  permission.set_can_subscribe(connect.permissions.can_subscribe);
  permission.set_can_publish(connect.permissions.can_publish);
  permission.set_can_publish_data(connect.permissions.can_publish_data);
  permission.set_can_update_metadata(connect.can_update_metadata);
  for (const sfu::TrackSource source : connect.permissions.sources) {
    permission.add_can_publish_sources(to_wire(source));
  }
  return permission;
}

/// Bytes of all attributes once an update is applied.
size_t attributes_size(google::protobuf::Map<std::string, std::string> attributes,
                       const google::protobuf::Map<std::string, std::string>& changes) {
  for (const auto& [name, value] : changes) attributes[name] = value;
  size_t size = 0;
  for (const auto& [name, value] : attributes) size += value.empty() ? 0 : name.size() + value.size();
  return size;
}

}  // namespace

Participant::Participant(const Connect& connect, std::string sid, UnixMillis joined_at) {
  info_.set_sid(std::move(sid));
  info_.set_identity(connect.identity);
  info_.set_name(connect.name);
  info_.set_state(livekit::ParticipantInfo::JOINING);
  info_.set_joined_at(joined_at.value / 1000);
  info_.set_joined_at_ms(joined_at.value);
  info_.set_version(1);
  *info_.mutable_permission() = permission_of(connect);
  info_.set_client_protocol(connect.client.client_protocol);
  for (const std::string& name : connect.client.capabilities) {
    const auto capability = capability_of(name);
    if (capability != livekit::ClientInfo::CAP_UNUSED) info_.add_capabilities(capability);
  }
}

void Participant::set_state(livekit::ParticipantInfo::State state) {
  info_.set_state(state);
  count_change();
}

void Participant::set_gone(livekit::DisconnectReason reason) {
  info_.set_disconnect_reason(reason);
  info_.clear_tracks();
  set_state(livekit::ParticipantInfo::DISCONNECTED);
}

Result<> Participant::update(const livekit::UpdateParticipantMetadata& update) {
  if (!info_.permission().can_update_metadata()) {
    return fail(Reason::kNotAllowed, "This token does not allow to change the participant.");
  }
  if (update.name().size() > kNameBytesMax) return fail(Reason::kTooLarge, "The name is too long.", "name");
  if (update.metadata().size() > kMetadataBytesMax) {
    return fail(Reason::kTooLarge, "The metadata is too long.", "metadata");
  }
  if (attributes_size(info_.attributes(), update.attributes()) > kAttributesBytesMax) {
    return fail(Reason::kTooLarge, "The attributes are too long.", "attributes");
  }
  // Clients send the values they want to keep along with those that change; an empty one means "as it is".
  if (!update.name().empty()) info_.set_name(update.name());
  if (!update.metadata().empty()) info_.set_metadata(update.metadata());
  for (const auto& [name, value] : update.attributes()) {
    if (value.empty()) {
      info_.mutable_attributes()->erase(name);
    } else {
      (*info_.mutable_attributes())[name] = value;
    }
  }
  count_change();
  return {};
}

livekit::TrackInfo* Participant::find_published(std::string_view sid) {
  const auto found = std::ranges::find(*info_.mutable_tracks(), sid, &livekit::TrackInfo::sid);
  return found == info_.mutable_tracks()->end() ? nullptr : &*found;
}

bool Participant::has_track(std::string_view sid) const {
  return added_.contains(sid) ||
         std::ranges::find(info_.tracks(), sid, &livekit::TrackInfo::sid) != info_.tracks().end();
}

const livekit::TrackInfo& Participant::add_track(const livekit::AddTrackRequest& request,
                                                 const sfu::TrackState& state) {
  if (livekit::TrackInfo* published = find_published(state.sid); published != nullptr) {
    add_codecs(*published, request);
    call::count_change(*published);
    count_change();
    return *published;
  }
  return added_.insert_or_assign(state.sid, make_track_info(request, state)).first->second;
}

bool Participant::publish_track(const sfu::TrackState& state) {
  if (const auto added = added_.extract(state.sid); !added.empty()) {
    livekit::TrackInfo& info = *info_.add_tracks();
    info = std::move(added.mapped());
    apply_track_state(info, state);
    info_.set_is_publisher(true);
    count_change();
    return true;
  }
  return change_track(state.sid, [&](livekit::TrackInfo& info) { return apply_track_state(info, state); });
}

bool Participant::remove_track(std::string_view sid) {
  if (const auto added = added_.find(sid); added != added_.end()) {
    added_.erase(added);
    return false;
  }
  const auto found = std::ranges::find(*info_.mutable_tracks(), sid, &livekit::TrackInfo::sid);
  if (found == info_.mutable_tracks()->end()) return false;
  info_.mutable_tracks()->erase(found);
  info_.set_is_publisher(!info_.tracks().empty());
  count_change();
  return true;
}

template <typename Change>
bool Participant::change_track(std::string_view sid, Change change) {
  if (const auto added = added_.find(sid); added != added_.end()) {
    change(added->second);
    return false;
  }
  livekit::TrackInfo* info = find_published(sid);
  if (info == nullptr || !change(*info)) return false;
  call::count_change(*info);
  count_change();
  return true;
}

bool Participant::set_muted(std::string_view sid, bool is_muted) {
  return change_track(sid, [&](livekit::TrackInfo& info) {
    const bool changes = info.muted() != is_muted;
    info.set_muted(is_muted);
    return changes;
  });
}

bool Participant::set_audio_features(const livekit::UpdateLocalAudioTrack& update) {
  return change_track(update.track_sid(), [&](livekit::TrackInfo& info) {
    *info.mutable_audio_features() = update.features();
    return true;
  });
}

bool Participant::set_video_size(const livekit::UpdateLocalVideoTrack& update) {
  return change_track(update.track_sid(), [&](livekit::TrackInfo& info) {
    info.set_width(update.width());
    info.set_height(update.height());
    return true;
  });
}

}  // namespace kith::call
