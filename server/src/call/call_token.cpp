#include "call/call_token.hpp"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <sodium.h>

#include <cassert>
#include <optional>

#include "base/bytes.hpp"

namespace kith::call {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kIssuer = "kith";
/// How far the clocks of two servers may differ.
constexpr int64_t kLeewaySeconds = 60;

std::unexpected<Error> bad_token() { return fail(Reason::kNotSignedIn, "The token of the call is not valid."); }

std::string to_json(const Struct& object) {
  std::string out;
  const auto status = google::protobuf::util::MessageToJsonString(object, &out);
  assert(status.ok());
  static_cast<void>(status);
  return out;
}

/// A JSON object from the base64url of its text; nullopt if it is none.
std::optional<Struct> from_part(std::string_view part) {
  const auto json = from_base64url(part);
  Struct object;
  if (!json || !is_utf8(*json) || !google::protobuf::util::JsonStringToMessage(*json, &object).ok()) {
    return std::nullopt;
  }
  return object;
}

const Value& member(const Struct& object, const char* name) {
  const auto found = object.fields().find(name);
  return found == object.fields().end() ? Value::default_instance() : found->second;
}

bool flag(const Struct& object, const char* name, bool unless_said) {
  const Value& value = member(object, name);
  return value.kind_case() == Value::kBoolValue ? value.bool_value() : unless_said;
}

/// The token's time includes `now`, give or take the leeway; it must say when it ends.
bool is_timely(const Struct& claims, UnixMillis now) {
  const Value& expires = member(claims, "exp");
  const Value& begins = member(claims, "nbf");
  const auto seconds = static_cast<double>(now.value / 1000);
  if (expires.kind_case() != Value::kNumberValue || seconds >= expires.number_value() + kLeewaySeconds) return false;
  if (begins.kind_case() == Value::KIND_NOT_SET) return true;
  return begins.kind_case() == Value::kNumberValue && seconds + kLeewaySeconds >= begins.number_value();
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
  Struct claims;
  auto& fields = *claims.mutable_fields();
  fields["iss"].set_string_value(std::string(kIssuer));
  fields["sub"].set_string_value(ids_.encode(grant.user));
  fields["name"].set_string_value(grant.name);
  fields["nbf"].set_number_value(seconds);
  fields["exp"].set_number_value(seconds + static_cast<double>(std::chrono::seconds(kCallTokenTime).count()));
  auto& video = *fields["video"].mutable_struct_value()->mutable_fields();
  video["roomJoin"].set_bool_value(true);
  video["room"].set_string_value(ids_.encode(grant.call));
  video["canPublish"].set_bool_value(grant.can_publish);
  video["canSubscribe"].set_bool_value(grant.can_subscribe);
  video["canPublishData"].set_bool_value(grant.can_publish_data);
  video["canUpdateOwnMetadata"].set_bool_value(grant.can_update_own_metadata);
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
  const auto header = from_part(token.substr(0, first));
  if (!header || member(*header, "alg").string_value() != "HS256") return bad_token();
  const auto claims = from_part(token.substr(first + 1, last - first - 1));
  if (!claims || member(*claims, "iss").string_value() != kIssuer || !is_timely(*claims, now)) return bad_token();
  const Struct& video = member(*claims, "video").struct_value();
  const auto user = ids_.decode_user(member(*claims, "sub").string_value());
  const auto call = ids_.decode_call(member(video, "room").string_value());
  if (!user || !call || !flag(video, "roomJoin", false)) return bad_token();
  CallGrant grant{.call = *call, .user = *user, .name = member(*claims, "name").string_value()};
  grant.can_publish = flag(video, "canPublish", true);
  grant.can_subscribe = flag(video, "canSubscribe", true);
  grant.can_publish_data = flag(video, "canPublishData", grant.can_publish);
  grant.can_update_own_metadata = flag(video, "canUpdateOwnMetadata", false);
  return grant;
}

}  // namespace kith::call
