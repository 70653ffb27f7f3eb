// Messages of the signalling as bytes and as JSON text, both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "livekit/rtc.pb.h"

namespace kith::call {

/// nullopt: too long, or not a message. Fields and kinds we do not know are left out without complaint.
std::optional<livekit::SignalRequest> decode_request(std::string_view message, bool is_text);
std::string encode_response(const livekit::SignalResponse& response, bool is_text);

}  // namespace kith::call
