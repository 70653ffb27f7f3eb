#include "call/track_info.hpp"

#include <algorithm>

namespace kith::call {
namespace {

/// Tracks of one stream are played in step: a camera with its microphone, a screen with its sound.
std::string_view stream_of(livekit::TrackSource source) {
  const bool is_screen = source == livekit::SCREEN_SHARE || source == livekit::SCREEN_SHARE_AUDIO;
  return is_screen ? "screen" : "camera";
}

bool has_feature(const livekit::AddTrackRequest& request, livekit::AudioTrackFeature feature) {
  return std::ranges::find(request.audio_features(), static_cast<int>(feature)) != request.audio_features().end();
}

livekit::SimulcastCodecInfo* find_codec(livekit::TrackInfo& info, std::string_view mime) {
  for (auto& codec : *info.mutable_codecs()) {
    if (codec.mime_type() == mime) return &codec;
  }
  return nullptr;
}

template <typename T, typename Set>
bool assign(const T& old_value, const T& value, Set set) {
  if (old_value == value) return false;
  set(value);
  return true;
}

}  // namespace

sfu::TrackRequest to_track_request(const livekit::AddTrackRequest& request) {
  sfu::TrackRequest out;
  out.cid = request.cid();
  out.kind = request.type() == livekit::VIDEO ? sfu::MediaKind::kVideo : sfu::MediaKind::kAudio;
  out.source = to_source(request.source());
  for (const auto& layer : request.layers()) out.layers.push_back(to_layer(layer));
  const auto& codecs = request.simulcast_codecs();
  if (!codecs.empty()) out.codec = codec_of(codecs[0].codec());
  if (codecs.size() > 1) out.backup_codec = codec_of(codecs[1].codec());
  // Clients may name the track by its codec only.
  if (out.cid.empty() && !codecs.empty()) out.cid = codecs[0].cid();
  if (out.layers.empty() && !codecs.empty()) {
    for (const auto& layer : codecs[0].layers()) out.layers.push_back(to_layer(layer));
  }
  out.sid = request.sid();
  out.is_muted = request.muted();
  out.is_stereo = request.stereo() || has_feature(request, livekit::TF_STEREO);
  out.disable_dtx = request.disable_dtx() || has_feature(request, livekit::TF_NO_DTX);
  out.disable_red = request.disable_red();
  out.is_encrypted = request.encryption() != livekit::Encryption::NONE;
  return out;
}

livekit::TrackInfo make_track_info(const livekit::AddTrackRequest& request, const sfu::TrackState& state) {
  livekit::TrackInfo info;
  info.set_sid(state.sid);
  info.set_type(request.type());
  info.set_name(request.name());
  info.set_muted(request.muted());
  info.set_width(request.width());
  info.set_height(request.height());
  info.set_source(request.source());
  info.set_disable_dtx(state.disable_dtx);
  info.set_stereo(state.is_stereo);
  info.set_disable_red(request.disable_red());
  info.set_encryption(request.encryption());
  info.set_stream(request.stream().empty() ? std::string(stream_of(request.source())) : request.stream());
  *info.mutable_audio_features() = request.audio_features();
  info.set_backup_codec_policy(request.backup_codec_policy());
  *info.mutable_layers() = request.layers();
  add_codecs(info, request);
  apply_track_state(info, state);
  return info;
}

void add_codecs(livekit::TrackInfo& info, const livekit::AddTrackRequest& request) {
  for (const auto& wanted : request.simulcast_codecs()) {
    const std::string_view mime = mime_of(codec_of(wanted.codec()));
    if (mime.empty()) continue;
    livekit::SimulcastCodecInfo* codec = find_codec(info, mime);
    if (codec == nullptr) codec = info.add_codecs();
    codec->set_mime_type(std::string(mime));
    if (!wanted.cid().empty()) codec->set_cid(wanted.cid());
    *codec->mutable_layers() = wanted.layers().empty() ? request.layers() : wanted.layers();
    codec->set_video_layer_mode(wanted.video_layer_mode());
  }
}

bool apply_track_state(livekit::TrackInfo& info, const sfu::TrackState& state) {
  const std::string mime(mime_of(state.codec));
  bool changed = assign(info.muted(), state.is_muted, [&](bool value) { info.set_muted(value); });
  changed |= assign(info.simulcast(), state.is_simulcast, [&](bool value) { info.set_simulcast(value); });
  if (!state.mid.empty()) {
    changed |= assign(info.mid(), state.mid, [&](const std::string& value) { info.set_mid(value); });
  }
  if (mime.empty()) return changed;
  changed |= assign(info.mime_type(), mime, [&](const std::string& value) { info.set_mime_type(value); });
  livekit::SimulcastCodecInfo* codec = find_codec(info, mime);
  if (codec == nullptr) {
    codec = info.add_codecs();
    codec->set_mime_type(mime);
    codec->set_cid(state.cid);
    *codec->mutable_layers() = info.layers();
    changed = true;
  }
  if (!state.mid.empty()) codec->set_mid(state.mid);
  return changed;
}

void count_change(livekit::TrackInfo& info) { info.mutable_version()->set_ticks(info.version().ticks() + 1); }

}  // namespace kith::call
