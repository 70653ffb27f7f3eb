#include "call/signal_codec.hpp"

#include <google/protobuf/util/json_util.h>

#include "base/bytes.hpp"
#include "call/signal_limits.hpp"

namespace kith::call {
namespace {

namespace util = google::protobuf::util;

bool parse_json(std::string_view text, google::protobuf::Message& out) {
  util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return is_utf8(text) && util::JsonStringToMessage({text.data(), text.size()}, &out, options).ok();
}

}  // namespace

std::optional<livekit::SignalRequest> decode_request(std::string_view message, bool is_text) {
  if (message.size() > kSignalMessageBytesMax) return std::nullopt;
  livekit::SignalRequest request;
  const bool is_read =
      is_text ? parse_json(message, request) : request.ParseFromArray(message.data(), static_cast<int>(message.size()));
  if (!is_read) return std::nullopt;
  return request;
}

std::string encode_response(const livekit::SignalResponse& response, bool is_text) {
  if (!is_text) return response.SerializeAsString();
  std::string out;
  // It fails for strings that are not UTF-8 only, and ours came through parsers that refuse those.
  static_cast<void>(util::MessageToJsonString(response, &out));
  return out;
}

}  // namespace kith::call
