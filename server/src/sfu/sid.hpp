// Names of things on the signalling wire: a prefix and twelve characters that people can read out.
#pragma once

#include <string>

#include "base/random.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// "PA_…", "RM_…": `prefix` and twelve characters of base 57 (no 0, 1, I, O, l).
std::string make_sid(std::string_view prefix, Random& random);
/// "TR_AM…": kind and source of a track stand in its name, as LiveKit's clients expect.
std::string make_track_sid(MediaKind kind, TrackSource source, Random& random);

}  // namespace kith::sfu
