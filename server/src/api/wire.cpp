#include "api/wire.hpp"

#include <google/protobuf/util/json_util.h>

#include <cassert>

#include "base/bytes.hpp"

namespace kith::api {
namespace {

namespace util = google::protobuf::util;

kith::v1::ErrorDetail detail_of(const Error& error, std::string_view request_id) {
  const ReasonRule& rule = rule_of(error.reason);
  kith::v1::ErrorDetail detail;
  detail.set_reason(static_cast<kith::v1::Reason>(error.reason));
  detail.set_retry(static_cast<kith::v1::Retry>(rule.retry));
  detail.set_retry_after_ms(error.retry_after_ms);
  detail.set_field(error.field);
  detail.set_request_id(std::string(request_id));
  return detail;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<uint8_t>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

}  // namespace

Result<> decode(Form form, std::string_view bytes, google::protobuf::Message& out) {
  if (form == Form::kBinary) {
    if (bytes.size() <= INT32_MAX && out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
    return fail(Reason::kMalformed, "The body is not a message of this type.");
  }
  if (!is_utf8(bytes)) return fail(Reason::kInvalidUtf8, "The body is not valid UTF-8.");
  // An empty body means an empty message: `curl -X POST` without data should work.
  if (bytes.empty()) return {};
  util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = util::JsonStringToMessage({bytes.data(), bytes.size()}, &out, options);
  if (status.ok()) return {};
  return fail(Reason::kMalformed, "The body is not JSON of this type.");
}

std::string encode(Form form, const google::protobuf::Message& message) {
  if (form == Form::kBinary) return message.SerializeAsString();
  std::string out;
  util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  const auto status = util::MessageToJsonString(message, &out, options);
  assert(status.ok());
  static_cast<void>(status);
  return out;
}

kith::v1::Error present_error(const Error& error, std::string_view request_id) {
  kith::v1::Error out;
  out.set_code(std::string(rule_of(error.reason).code));
  out.set_message(error.message);
  *out.mutable_detail() = detail_of(error, request_id);
  return out;
}

std::string connect_error_json(const Error& error, std::string_view request_id) {
  const auto detail = detail_of(error, request_id);
  // Connect: the detail as base64 of its bytes; `debug` shows the same to people.
  return "{\"code\":" + json_text(rule_of(error.reason).code) + ",\"message\":" + json_text(error.message) +
         ",\"details\":[{\"type\":\"kith.v1.ErrorDetail\",\"value\":" +
         json_text(to_base64(detail.SerializeAsString())) + ",\"debug\":" + encode(Form::kJson, detail) + "}]}";
}

int http_status(Reason reason) {
  if (reason == Reason::kUnknownMethod) return 404;
  if (reason == Reason::kUnsupportedMediaType) return 415;
  if (reason == Reason::kTooLarge) return 413;
  const std::string_view code = rule_of(reason).code;
  if (code == "unauthenticated") return 401;
  if (code == "permission_denied") return 403;
  if (code == "not_found") return 404;
  if (code == "already_exists") return 409;
  if (code == "resource_exhausted") return 429;
  if (code == "unimplemented") return 501;
  if (code == "unavailable") return 503;
  if (code == "internal" || code == "data_loss") return 500;
  return 400;  // invalid_argument, failed_precondition
}

}  // namespace kith::api
