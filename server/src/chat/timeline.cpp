#include "chat/timeline.hpp"

#include <algorithm>

#include "chat/present.hpp"

namespace kith::chat {
namespace {

using model::StoredEvent;
using store::EventReader;

constexpr size_t kScanEvents = 1024;
constexpr uint32_t kDefaultPage = 50;

/// Entries found in one direction, and how far the scan got.
struct Scan {
  std::vector<StoredEvent> entries;  ///< in seq order
  Seq reached;                       ///< everything between the start and here was looked at
};

/// Collects up to `limit` entries of [low, high], from the end the direction begins at.
Result<Scan> scan(store::ReadTransaction& transaction, RoomId room, Seq low, Seq high, size_t limit,
                  EventReader::Direction direction) {
  const bool forward = direction == EventReader::Direction::kForward;
  Scan found{.entries = {}, .reached = forward ? low - 1 : high + 1};
  size_t looked_at = 0;
  while (low <= high && found.entries.size() < limit && looked_at < kScanEvents) {
    TRY(auto events, transaction.events(room, low, high, limit, direction));
    if (events.empty()) {
      found.reached = forward ? high : low;
      break;
    }
    looked_at += events.size();
    if (!forward) std::ranges::reverse(events);
    for (StoredEvent& event : events) {
      if (found.entries.size() == limit) break;
      found.reached = event.seq;
      if (is_timeline_entry(event.kind)) found.entries.push_back(std::move(event));
    }
    if (forward) {
      low = found.reached + 1;
    } else {
      high = found.reached - 1;
    }
  }
  if (!forward) std::ranges::reverse(found.entries);
  return found;
}

}  // namespace

Result<v1::ListMessagesResponse> read_timeline_page(const Context& context, store::ReadTransaction& transaction,
                                                    const Access& access, const v1::ListMessagesRequest& request) {
  using enum EventReader::Direction;
  const size_t limit = page_limit(context, request.limit(), kDefaultPage);
  const RoomId room = access.room.id;
  const auto head = transaction.head(room).value_or(model::RoomHead{});
  const Seq first = std::max(access.first_readable(), head.first_seq);
  const Seq last = head.last_seq;

  Scan older{.entries = {}, .reached = 0};
  Scan newer{.entries = {}, .reached = 0};
  Seq from = 0;
  Seq to = 0;
  if (request.around_seq() != 0) {
    const Seq middle = std::clamp(request.around_seq(), first, std::max(first, last));
    TRY(older, scan(transaction, room, first, middle - 1, limit / 2, kBackward));
    TRY(newer, scan(transaction, room, middle, last, limit - limit / 2, kForward));
    from = older.reached;
    to = newer.reached;
  } else if (request.after_seq() != 0) {
    const Seq low = std::max(first, std::min(request.after_seq(), last) + 1);
    TRY(newer, scan(transaction, room, low, last, limit, kForward));
    from = low;
    to = newer.reached;
  } else {
    const Seq high = request.before_seq() == 0 ? last : std::min(last, request.before_seq() - 1);
    TRY(older, scan(transaction, room, first, high, limit, kBackward));
    from = older.reached;
    to = high;
  }

  v1::ListMessagesResponse response;
  for (const Scan* part : {&older, &newer}) {
    for (const StoredEvent& event : part->entries) *response.add_messages() = present_message(context.ids, event);
  }
  response.set_from_seq(from);
  response.set_to_seq(to);
  response.set_has_older(from > first);
  response.set_has_newer(to < last);
  return response;
}

}  // namespace kith::chat
