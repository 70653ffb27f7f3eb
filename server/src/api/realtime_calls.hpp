// ClientFrame → use case → Answer: the latency-critical calls, with the same request messages and through the same
// functions as over HTTP. Sync is the session's own business, because it subscribes.
#pragma once

#include "api/services.hpp"
#include "kith/v1/sync.pb.h"

namespace kith::api {

/// Carries out one call. The answer has the frame's id; `request_id` names it in errors and the log.
Task<kith::v1::Answer> answer_call(Services& services, chat::Caller caller, kith::v1::ClientFrame frame,
                                   std::string request_id);

/// True for calls that count as unacknowledged sends.
bool is_send(const kith::v1::ClientFrame& frame);

}  // namespace kith::api
