#include "call/client_rules.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace kith::call {
namespace {

bool is_named(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

bool is_firefox(const ClientInfo& client) { return is_named(client.browser, "firefox"); }
bool is_safari(const ClientInfo& client) { return is_named(client.browser, "safari"); }
/// Where Firefox brings no H.264 encoder of its own and ignores the order of codecs in an answer.
bool is_firefox_of_linux(const ClientInfo& client) {
  return is_firefox(client) && (is_named(client.os, "linux") || is_named(client.os, "android"));
}

/// "18.4.1" → {18, 4}; what is no number counts as 0.
std::pair<int, int> version_of(std::string_view text) {
  std::pair<int, int> version{0, 0};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, version.first);
  if (error == std::errc() && rest != end && *rest == '.') std::from_chars(rest + 1, end, version.second);
  return version;
}

livekit::Codec codec_named(const char* mime) {
  livekit::Codec codec;
  codec.set_mime(mime);
  return codec;
}

}  // namespace

sfu::ParticipantOptions participant_options(const Connect& connect, std::string sid) {
  return {.sid = std::move(sid),
          .permissions = connect.permissions,
          .auto_subscribe = connect.auto_subscribe,
          .adaptive_stream = connect.adaptive_stream,
          .may_pause = connect.may_pause,
          .is_full_ice = connect.disable_ice_lite || is_firefox(connect.client),
          .follows_codec_order = !is_firefox_of_linux(connect.client),
          .can_receive_red = !is_firefox(connect.client) && !is_safari(connect.client)};
}

livekit::ClientConfiguration client_configuration(const ClientInfo& client) {
  livekit::ClientConfiguration configuration;
  if (is_safari(client)) {
    *configuration.mutable_disabled_codecs()->add_codecs() = codec_named("video/AV1");
    if (version_of(client.browser_version) > std::pair(18, 3)) {
      *configuration.mutable_disabled_codecs()->add_publish() = codec_named("video/VP9");
    }
  }
  if (is_firefox_of_linux(client)) {
    *configuration.mutable_disabled_codecs()->add_publish() = codec_named("video/H264");
  }
  return configuration;
}

livekit::ClientInfo::Capability capability_of(std::string_view name) {
  livekit::ClientInfo::Capability capability = livekit::ClientInfo::CAP_UNUSED;
  livekit::ClientInfo::Capability_Parse(std::string(name), &capability);
  return capability;
}

}  // namespace kith::call
