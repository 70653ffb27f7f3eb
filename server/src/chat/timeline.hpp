// Pages of a room's timeline: the newest, before, after or around a seq, without the events that are not entries.
#pragma once

#include "base/result.hpp"
#include "chat/access.hpp"
#include "chat/context.hpp"
#include "kith/v1/message.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// One page as the request asks for it (at most one position set). Looks at no more than 1,024 events, so a page may be
/// short though `has_older` or `has_newer` says there is more: the client goes on from `from_seq` or `to_seq`.
Result<v1::ListMessagesResponse> read_timeline_page(const Context& context, store::ReadTransaction& transaction,
                                                    const Access& access, const v1::ListMessagesRequest& request);

}  // namespace kith::chat
