#include "store/group_transaction.hpp"

#include <algorithm>
#include <cassert>

#include "store/event_log.hpp"
#include "store/item_repository.hpp"
#include "store/member_repository.hpp"
#include "store/record.hpp"
#include "store/rewrite.hpp"
#include "store/room_repository.hpp"

namespace kith::store {
namespace {

constexpr size_t kCachedRooms = 20'000;
constexpr size_t kCachedMembers = 100'000;
constexpr size_t kCachedVersions = 50'000;

bool is_searchable(const model::StoredEvent& event) {
  return event.kind == model::EventKind::kMessage && (event.flags & model::kEncrypted) == 0 && !event.content.empty();
}

}  // namespace

GroupTransaction::GroupTransaction(Memory& memory)
    : memory_(memory), room_cache_(kCachedRooms), member_cache_(kCachedMembers), version_cache_(kCachedVersions) {}

void GroupTransaction::use(SqliteDb& db) {
  db_ = &db;
  room_cache_.clear();
  member_cache_.clear();
  version_cache_.clear();
}

Result<> GroupTransaction::begin(UnixMillis now) {
  now_ = now;
  overlay_.reset(memory_.durable_head.load(std::memory_order_relaxed) + 1);
  return db_->begin_write();
}

Result<std::vector<model::Publication>> GroupTransaction::commit() {
  memory_.committing_head.store(overlay_.next_pos - 1);
  if (auto committed = db_->commit(); !committed.has_value()) {
    memory_.committing_head.store(memory_.durable_head.load());
    return std::unexpected(std::move(committed).error());
  }
  publish_to_memory();
  return std::move(overlay_.publications);
}

void GroupTransaction::rollback() {
  db_->rollback();
  memory_.rings.forget();
  overlay_.reset(memory_.durable_head.load(std::memory_order_relaxed) + 1);
}

// Order: what a newer head lets a reader look for must be there before the head is.
void GroupTransaction::publish_to_memory() {
  for (const PendingRoom& room : overlay_.rooms()) {
    if (room.is_new) memory_.heads.insert(room.room, {}, 0);
    if (room.events.empty()) continue;
    for (const auto& event : room.events) {
      if ((event->flags & model::kCountable) == 0 || !event->sender) continue;
      memory_.own_sends.put(room.room, event->sender, {.seq = event->seq, .ord = event->ord, .pos = event->pos});
    }
    memory_.tails.push(room.room, room.events);
    memory_.heads.advance(room.room, room.head, room.positions);
  }
  for (const auto& [key, event] : overlay_.rewritten) {
    memory_.tails.replace(event);
    if (watching_) watched_.insert_or_assign(key, event);
  }
  memory_.rewrites += overlay_.rewritten.size();
  for (auto& [id, row] : overlay_.room_rows) room_cache_.put(id, std::move(row));
  for (auto& [key, row] : overlay_.member_rows) member_cache_.put(key, row);
  for (const auto& [user, version] : overlay_.versions) version_cache_.put(user, version);
  memory_.rings.keep();
  memory_.log_rows.fetch_add(static_cast<int64_t>(overlay_.events), std::memory_order_relaxed);
  memory_.durable_head.store(overlay_.next_pos - 1);
  memory_.durable_head.notify_all();
}

void GroupTransaction::watch_rewrites(bool on) {
  watching_ = on;
  watched_.clear();
}

PendingRoom* GroupTransaction::pending(RoomId room) {
  if (PendingRoom* found = overlay_.find(room)) return found;
  const auto head = memory_.heads.head(room);
  if (!head.has_value()) return nullptr;
  return &overlay_.add(room, *head, false);
}

std::optional<model::RoomHead> GroupTransaction::head(RoomId room) {
  if (const PendingRoom* found = overlay_.find(room)) return found->head;
  return memory_.heads.head(room);
}

Result<std::optional<model::Room>> GroupTransaction::room(RoomId room) {
  if (const auto found = overlay_.room_rows.find(room); found != overlay_.room_rows.end()) return found->second;
  if (const model::Room* cached = room_cache_.find(room)) return *cached;
  TRY(auto row, RoomRepository(*db_).find(room));
  if (row.has_value()) room_cache_.put(room, *row);
  return row;
}

Result<model::Room> GroupTransaction::insert_room(model::Room room) {
  TRY(room.id, RoomRepository(*db_).insert(room));
  room.member_count = 0;
  overlay_.add(room.id, {}, true);
  overlay_.room_rows.insert_or_assign(room.id, room);
  return room;
}

Result<> GroupTransaction::update_room(const model::Room& room) {
  TRY_VOID(RoomRepository(*db_).update(room));
  overlay_.room_rows.insert_or_assign(room.id, room);
  return {};
}

Result<std::optional<model::Member>> GroupTransaction::member_row(RoomId room, UserId user) {
  const MemberKey key{room, user};
  if (const auto found = overlay_.member_rows.find(key); found != overlay_.member_rows.end()) return found->second;
  if (const model::Member* cached = member_cache_.find(key)) return *cached;
  TRY(auto row, MemberRepository(*db_).find(room, user));
  if (row.has_value()) member_cache_.put(key, *row);
  return row;
}

Result<std::optional<model::Member>> GroupTransaction::member(RoomId room, UserId user) {
  TRY(auto row, member_row(room, user));
  if (!row.has_value()) return row;
  if (const auto send = memory_.own_sends.find(room, user)) apply_own_send(*send, *row);
  if (const PendingRoom* group = overlay_.find(room)) {
    for (const auto& event : group->events) {
      if (event->sender != user || (event->flags & model::kCountable) == 0) continue;
      apply_own_send({.seq = event->seq, .ord = event->ord, .pos = event->pos}, *row);
    }
  }
  return row;
}

Result<model::Member> GroupTransaction::put_member(model::Member member) {
  TRY(const auto before, member_row(member.room, member.user));
  TRY(member.version, next_version(member.user));
  TRY_VOID(MemberRepository(*db_).put(member));
  overlay_.member_rows.insert_or_assign({member.room, member.user}, member);
  const bool was_in = before.has_value() && before->state == model::MemberState::kIn;
  const bool is_in = member.state == model::MemberState::kIn;
  if (was_in != is_in) {
    TRY(auto room_row, room(member.room));
    if (!room_row.has_value()) return fail(Reason::kRoomNotFound, "No such room.");
    room_row->member_count += is_in ? 1 : -1;
    TRY_VOID(update_room(*room_row));
  }
  publish(model::OwnStateCommitted{.user = member.user, .version = member.version, .row = member});
  return member;
}

Result<model::UserItem> GroupTransaction::put_user_item(UserId user, model::UserItem item) {
  TRY(item.version, next_version(user));
  TRY_VOID(ItemRepository(*db_).put(user, item));
  publish(model::OwnStateCommitted{.user = user, .version = item.version, .row = item});
  return item;
}

Result<Version> GroupTransaction::next_version(UserId user) {
  if (const auto found = overlay_.versions.find(user); found != overlay_.versions.end()) return ++found->second;
  Version version = 0;
  if (const Version* cached = version_cache_.find(user)) {
    version = *cached;
  } else {
    TRY(version, ItemRepository(*db_).max_version(user));
  }
  overlay_.versions.emplace(user, version + 1);
  return version + 1;
}

Result<model::StoredEvent> GroupTransaction::append(RoomId room, model::EventDraft draft) {
  PendingRoom* home = pending(room);
  if (home == nullptr) return fail(Reason::kRoomNotFound, "No such room.");
  auto event = std::make_shared<model::StoredEvent>();
  const bool counts = (draft.flags & model::kCountable) != 0;
  event->room = room;
  event->seq = home->head.last_seq + 1;
  event->pos = overlay_.next_pos;
  event->ord = home->head.last_ord + (counts ? 1 : 0);
  event->at = std::max(now_, home->head.last_at);
  event->kind = draft.kind;
  event->flags = draft.flags;
  event->sender = draft.sender;
  event->device = draft.device;
  event->target = draft.target;
  event->revision = draft.revision;
  event->txn_tag = draft.txn_tag;
  event->content = std::move(draft.content);
  if (event->device && event->txn_tag != 0) TRY_VOID(load_ring(event->device));

  record_.clear();
  encode_record(*event, record_);
  TRY_VOID(db_->execute(sql::log::kAppend, {event->pos, room.value, static_cast<int64_t>(event->seq), Blob{record_}}));
  if (event->device && event->txn_tag != 0) {
    memory_.rings.add(event->device, event->txn_tag, {.room = room, .seq = event->seq}, event->pos);
  }
  overlay_.bytes += record_.size();
  ++overlay_.next_pos;
  ++overlay_.events;
  home->head.last_seq = event->seq;
  home->head.last_ord = event->ord;
  home->head.last_pos = event->pos;
  home->head.last_at = event->at;
  if (counts) {
    home->head.last_countable_at = event->at;
    home->head.last_countable_seq = event->seq;
  }
  home->positions.push_back(event->pos);
  home->events.push_back(event);
  return *event;
}

Result<> GroupTransaction::load_ring(DeviceId device) {
  if (!memory_.rings.needs_load(device)) return {};
  std::string stored;
  TRY_VOID(db_->query(sql::send_ring::kFind, {device.value}, [&](const Row& row) -> Result<> {
    stored = row.text(0);
    return {};
  }));
  memory_.rings.load(device, stored);
  return {};
}

Result<std::optional<Sent>> GroupTransaction::find_sent(DeviceId device, uint64_t txn_tag) {
  if (!device || txn_tag == 0) return std::nullopt;
  TRY_VOID(load_ring(device));
  return memory_.rings.find(device, txn_tag);
}

Result<model::StoredEvent> GroupTransaction::message_to_change(RoomId room, Seq seq) {
  TRY(auto found, event(room, seq));
  if (!found.has_value() || (found->flags & model::kDeleted) != 0) {
    return fail(Reason::kMessageNotFound, "No such message.");
  }
  return std::move(*found);
}

Result<> GroupTransaction::hand_to_search(const model::StoredEvent& old) {
  if (!is_searchable(old)) return {};
  record_.clear();
  encode_record(old, record_);
  TRY_VOID(db_->execute(sql::change::kInsertIndexTodo, {old.pos, old.room.value, static_cast<int64_t>(old.seq),
                                                        static_cast<int64_t>(old.revision), Blob{record_}}));
  return {};
}

Result<> GroupTransaction::store_change(std::shared_ptr<const model::StoredEvent> changed) {
  const auto packed = memory_.heads.packed_seq(changed->room);
  TRY_VOID(replace_stored(*db_, codec_, *changed, packed.has_value() && changed->seq <= *packed));
  overlay_.bytes += changed->content.size();
  if (PendingRoom* home = overlay_.find(changed->room); home != nullptr && !home->events.empty()) {
    const Seq first = home->events.front()->seq;
    if (changed->seq >= first) home->events[static_cast<size_t>(changed->seq - first)] = changed;
  }
  overlay_.rewritten.insert_or_assign({changed->room, changed->seq}, std::move(changed));
  return {};
}

Result<model::StoredEvent> GroupTransaction::rewrite(RoomId room, Seq seq, std::string content, uint32_t revision,
                                                     UnixMillis edited_at) {
  TRY(auto old, message_to_change(room, seq));
  TRY_VOID(hand_to_search(old));
  auto changed = std::make_shared<model::StoredEvent>(std::move(old));
  changed->content = std::move(content);
  changed->revision = revision;
  changed->edited_at = edited_at;
  TRY_VOID(store_change(changed));
  overlay_.erased = true;
  return *changed;
}

Result<model::StoredEvent> GroupTransaction::erase(RoomId room, Seq seq, UserId by) {
  TRY(auto old, message_to_change(room, seq));
  TRY_VOID(hand_to_search(old));
  auto changed = std::make_shared<model::StoredEvent>(std::move(old));
  changed->content = {};
  changed->flags |= model::kDeleted;
  TRY_VOID(store_change(changed));
  TRY_VOID(db_->execute(sql::change::kInsertGone,
                        {room.value, static_cast<int64_t>(seq),
                         static_cast<int64_t>((changed->flags & model::kCountable) != 0), by.value, now_.value}));
  TRY_VOID(MemberRepository(*db_).remove_mentions(room, seq));
  overlay_.erased = true;
  return *changed;
}

void GroupTransaction::publish(model::Publication publication) {
  overlay_.publications.push_back(std::move(publication));
}

Result<std::optional<model::StoredEvent>> GroupTransaction::event(RoomId room, Seq seq) {
  TRY(auto found, events(room, seq, seq, 1, Direction::kForward));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// The newest part comes from this group and from the tail, the rest from the writer's own connection, which always fits
// what memory says: only this thread changes either.
Result<std::vector<model::StoredEvent>> GroupTransaction::events(RoomId room, Seq from, Seq to, size_t limit,
                                                                 Direction direction) {
  std::vector<model::StoredEvent> out;
  const auto newest = head(room);
  if (!newest.has_value()) return out;
  const SeqRange range = clip({.from = from, .to = to}, *newest, limit, direction);
  if (range.is_empty()) return out;
  const PendingRoom* group = overlay_.find(room);
  const auto tail = memory_.tails.tail(room);
  const Seq group_from = group == nullptr || group->events.empty() ? newest->last_seq + 1 : group->events.front()->seq;
  const Seq tail_from = tail->empty() ? group_from : tail->front()->seq;

  const SeqRange stored{.from = range.from, .to = std::min(range.to, tail_from - 1)};
  if (!stored.is_empty()) {
    const auto view = memory_.heads.view(room, stored.from, stored.to);
    EventLog log(*db_, codec_);
    TRY(const bool complete, log.read(room, stored, *view, out));
    if (!complete) return fail(Reason::kDataDamaged, "A stored part of the history is damaged and was not shown.");
  }
  for (Seq seq = std::max(range.from, tail_from); seq <= range.to; ++seq) {
    const auto& source = seq >= group_from ? group->events[static_cast<size_t>(seq - group_from)]
                                           : (*tail)[static_cast<size_t>(seq - tail_from)];
    const auto changed = overlay_.rewritten.find({room, seq});
    out.push_back(changed == overlay_.rewritten.end() ? *source : *changed->second);
  }
  return out;
}

}  // namespace kith::store
