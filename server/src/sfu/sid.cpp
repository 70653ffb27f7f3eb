#include "sfu/sid.hpp"

namespace kith::sfu {
namespace {

constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
static_assert(kAlphabet.size() == 57);
constexpr size_t kLength = 12;

char source_letter(TrackSource source) {
  switch (source) {
    case TrackSource::kCamera:
      return 'C';
    case TrackSource::kMicrophone:
      return 'M';
    case TrackSource::kScreenShare:
      return 'S';
    case TrackSource::kScreenShareAudio:
      return 's';
    case TrackSource::kUnknown:
      break;
  }
  return 'U';
}

}  // namespace

std::string make_sid(std::string_view prefix, Random& random) {
  std::string sid(prefix);
  for (size_t i = 0; i < kLength; ++i) sid += kAlphabet[random.below(kAlphabet.size())];
  return sid;
}

std::string make_track_sid(MediaKind kind, TrackSource source, Random& random) {
  const std::string prefix{'T', 'R', '_', kind == MediaKind::kAudio ? 'A' : 'V', source_letter(source)};
  return make_sid(prefix, random);
}

}  // namespace kith::sfu
