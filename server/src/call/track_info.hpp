// A published track as its publisher describes it and as everybody else is told of it.
#pragma once

#include "call/media_words.hpp"
#include "livekit/rtc.pb.h"

namespace kith::call {

/// What the media engine needs to know of a request.
sfu::TrackRequest to_track_request(const livekit::AddTrackRequest& request);
/// The track as it is told, with everything its publisher said of it: peers read it.
livekit::TrackInfo make_track_info(const livekit::AddTrackRequest& request, const sfu::TrackState& state);
/// Adds the codecs of a request for a track that is there already.
void add_codecs(livekit::TrackInfo& info, const livekit::AddTrackRequest& request);
/// Takes over what the engine knows better. True if anything changed.
bool apply_track_state(livekit::TrackInfo& info, const sfu::TrackState& state);
/// Counts a change, so that clients can tell newer from older.
void count_change(livekit::TrackInfo& info);

}  // namespace kith::call
