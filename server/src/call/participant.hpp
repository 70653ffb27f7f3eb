// Somebody in a call as the others may know them: name, state, metadata, tracks; every change counts its version up.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "call/connect.hpp"
#include "livekit/rtc.pb.h"

namespace kith::call {

class Participant {
 public:
  Participant(const Connect& connect, std::string sid, UnixMillis joined_at);

  /// With the tracks that others may know; valid until the next change.
  [[nodiscard]] const livekit::ParticipantInfo& info() const { return info_; }
  [[nodiscard]] const std::string& sid() const { return info_.sid(); }
  [[nodiscard]] const std::string& identity() const { return info_.identity(); }
  [[nodiscard]] bool is_publisher() const { return info_.is_publisher(); }

  void set_state(livekit::ParticipantInfo::State state);
  void set_gone(livekit::DisconnectReason reason);
  /// `kNotAllowed`, `kTooLarge`: nothing has changed.
  Result<> update(const livekit::UpdateParticipantMetadata& update);

  // Tracks. One is known to its publisher from `add_track` on and to the others from `publish_track` on.

  /// A new track, or another codec of one that is there.
  const livekit::TrackInfo& add_track(const livekit::AddTrackRequest& request, const sfu::TrackState& state);
  [[nodiscard]] bool has_track(std::string_view sid) const;
  /// Takes over what the media engine says of a track, and lets the others know it from now on. False: they knew.
  bool publish_track(const sfu::TrackState& state);
  /// False if the others never knew it.
  bool remove_track(std::string_view sid);
  /// The next three are false if there is nothing to tell to the others.
  bool set_muted(std::string_view sid, bool is_muted);
  bool set_audio_features(const livekit::UpdateLocalAudioTrack& update);
  bool set_video_size(const livekit::UpdateLocalVideoTrack& update);

 private:
  void count_change() { info_.set_version(info_.version() + 1); }
  livekit::TrackInfo* find_published(std::string_view sid);
  template <typename Change>
  bool change_track(std::string_view sid, Change change);

  livekit::ParticipantInfo info_;
  std::map<std::string, livekit::TrackInfo, std::less<>> added_;  ///< by sid: tracks the others do not know yet
};

}  // namespace kith::call
