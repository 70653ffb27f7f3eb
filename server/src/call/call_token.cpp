#include "call/call_token.hpp"

#include <google/protobuf/util/json_util.h>
#include <sodium.h>

#include <cassert>

#include "base/bytes.hpp"
#include "livekit/token.pb.h"

namespace kith::call {
namespace {

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kIssuer = "kith";
/// How far the clocks of two servers may differ.
constexpr int64_t kLeewaySeconds = 60;

std::unexpected<Error> bad_token() { return fail(Reason::kNotSignedIn, "The token of the call is not valid."); }

std::string to_json(const livekit::TokenClaims& claims) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string out;
  const auto status = google::protobuf::util::MessageToJsonString(claims, &out, options);
  assert(status.ok());
  static_cast<void>(status);
  return out;
}

/// Reads the base64url of a JSON object; what it says beyond the message is skipped.
bool from_part(std::string_view part, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto json = from_base64url(part);
  return json && is_utf8(*json) && google::protobuf::util::JsonStringToMessage(*json, &message, options).ok();
}

/// The token's time includes `now`, give or take the leeway; it must say when it ends.
bool is_timely(const livekit::TokenClaims& claims, UnixMillis now) {
  const auto seconds = static_cast<double>(now.value / 1000);
  return claims.has_exp() && seconds < claims.exp() + kLeewaySeconds && seconds + kLeewaySeconds >= claims.nbf();
}

}  // namespace

std::string CallTokenCodec::mac_of(std::string_view signed_part) const {
  static_assert(kKeyBytes == crypto_auth_hmacsha256_KEYBYTES);
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(reinterpret_cast<uint8_t*>(mac.data()), reinterpret_cast<const uint8_t*>(signed_part.data()),
                         signed_part.size(), key_.data());
  return mac;
}

std::string CallTokenCodec::encode(const CallGrant& grant, UnixMillis now) const {
  const auto seconds = static_cast<double>(now.value / 1000);
  livekit::TokenClaims claims;
  claims.set_iss(std::string(kIssuer));
  claims.set_sub(ids_.encode(grant.user));
  claims.set_name(grant.name);
  claims.set_nbf(seconds);
  claims.set_exp(seconds + static_cast<double>(std::chrono::seconds(kCallTokenTime).count()));
  livekit::VideoGrant& video = *claims.mutable_video();
  video.set_room_join(true);
  video.set_room(ids_.encode(grant.call));
  video.set_can_publish(grant.can_publish);
  video.set_can_subscribe(grant.can_subscribe);
  video.set_can_publish_data(grant.can_publish_data);
  video.set_can_update_own_metadata(grant.can_update_own_metadata);
  const std::string signed_part = to_base64url(kHeader) + "." + to_base64url(to_json(claims));
  return signed_part + "." + to_base64url(mac_of(signed_part));
}

Result<CallGrant> CallTokenCodec::decode(std::string_view token, UnixMillis now) const {
  if (token.size() > kCallTokenBytes) return bad_token();
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return bad_token();
  // Nothing is believed, nor parsed, before the key has spoken: not even the header, which names what it likes.
  const auto mac = from_base64url(token.substr(last + 1));
  const std::string expected = mac_of(token.substr(0, last));
  if (!mac || mac->size() != expected.size() || sodium_memcmp(mac->data(), expected.data(), expected.size()) != 0) {
    return bad_token();
  }
  livekit::TokenHeader header;
  livekit::TokenClaims claims;
  if (!from_part(token.substr(0, first), header) || header.alg() != "HS256") return bad_token();
  if (!from_part(token.substr(first + 1, last - first - 1), claims)) return bad_token();
  if (claims.iss() != kIssuer || !is_timely(claims, now)) return bad_token();
  const livekit::VideoGrant& video = claims.video();
  const auto user = ids_.decode_user(claims.sub());
  const auto call = ids_.decode_call(video.room());
  if (!user || !call || !video.room_join()) return bad_token();
  CallGrant grant{.call = *call, .user = *user, .name = claims.name()};
  grant.can_publish = !video.has_can_publish() || video.can_publish();
  grant.can_subscribe = !video.has_can_subscribe() || video.can_subscribe();
  grant.can_publish_data = video.has_can_publish_data() ? video.can_publish_data() : grant.can_publish;
  grant.can_update_own_metadata = video.can_update_own_metadata();
  return grant;
}

}  // namespace kith::call
