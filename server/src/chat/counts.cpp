#include "chat/counts.hpp"

#include <algorithm>

#include "store/member_repository.hpp"

namespace kith::chat {

Result<UnreadCounts> count_unread(store::Db& db, const model::Member& member, model::RoomKind kind,
                                  const model::RoomHead& head) {
  UnreadCounts counts;
  if (member.state != model::MemberState::kIn) return counts;
  const Ord base = std::max(member.read_ord, head.first_ord - 1);
  if (head.last_ord <= base) return counts;
  store::MemberRepository members(db);
  const Seq position = std::max(member.read_seq, head.first_seq - 1);
  TRY(const auto gone, members.gone_count(member.room, position));
  const Ord written = head.last_ord - base;
  counts.unread = static_cast<uint32_t>(written - std::min<Ord>(written, static_cast<Ord>(gone)));
  if (counts.unread == 0) return counts;
  if (kind == model::RoomKind::kDirect) {
    counts.mentions = counts.unread;
    return counts;
  }
  TRY(const auto mentions, members.mention_count(member.room, member.user, position));
  counts.mentions = std::min(counts.unread, static_cast<uint32_t>(mentions));
  return counts;
}

}  // namespace kith::chat
