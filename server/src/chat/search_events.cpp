#include "chat/search_events.hpp"

#include <algorithm>

namespace kith::chat {
namespace {

/// Two candidates so close are worth reading what lies between them.
constexpr Seq kNear = 12;
/// Messages read at once. More: a block is opened less often; fewer: less is read in vain from the log.
constexpr Seq kWindow = 32;

}  // namespace

Result<const model::StoredEvent*> SearchEvents::find(RoomId room, Seq seq) {
  const auto place = [&]() -> const model::StoredEvent* {
    const auto found = std::ranges::lower_bound(window_, seq, {}, &model::StoredEvent::seq);
    return found != window_.end() && found->room == room && found->seq == seq ? &*found : nullptr;
  };
  const bool is_near = room == last_room_ && seq < last_seq_ && last_seq_ - seq <= kNear;
  last_room_ = room;
  last_seq_ = seq;
  if (const auto* found = place()) return found;
  Result<> outcome = read(room, is_near ? seq - std::min(kWindow, seq) + 1 : seq, seq);
  if (!outcome && is_near) outcome = read(room, seq, seq);  // another message of the window may be at fault
  if (!outcome && outcome.error().reason != Reason::kDataDamaged) return std::unexpected(std::move(outcome).error());
  return place();
}

Result<> SearchEvents::read(RoomId room, Seq from, Seq to) {
  window_.clear();
  if (from == to) {
    TRY(auto event, reader_.event(room, to));
    if (event) window_.push_back(*std::move(event));
    return {};
  }
  TRY(window_, reader_.events(room, from, to, to - from + 1, store::EventReader::Direction::kBackward));
  return {};
}

}  // namespace kith::chat
