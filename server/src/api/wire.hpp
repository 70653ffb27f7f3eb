// Text and wire types: JSON and binary protobuf both ways, errors as Connect says them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "kith/v1/errors.pb.h"

namespace google::protobuf {
class Message;
}

namespace kith::api {

enum class Form { kJson, kBinary };

/// Errors: kInvalidUtf8, kMalformed. Unknown fields are ignored, so that newer clients can talk to older servers.
Result<> decode(Form form, std::string_view bytes, google::protobuf::Message& out);
/// JSON shows fields at their default too, so that scripts need not guess.
std::string encode(Form form, const google::protobuf::Message& message);

/// An error as a WebSocket answer carries it.
kith::v1::Error present_error(const Error& error, std::string_view request_id);
/// The Connect error object: code, message, one detail of type kith.v1.ErrorDetail.
std::string connect_error_json(const Error& error, std::string_view request_id);
/// The HTTP status Connect gives a reason's code; where HTTP has a closer one (404, 413, 415), that.
int http_status(Reason reason);

}  // namespace kith::api
