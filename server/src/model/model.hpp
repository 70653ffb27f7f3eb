// The plain values of Kith: what is stored and decided about. The wire's types are generated from api/kith/v1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "model/call.hpp"

namespace kith::model {

enum class ServerRole : uint8_t { kOwner = 1, kAdmin = 2, kUser = 3 };
enum class UserState : uint8_t { kActive = 1, kDeactivated = 2 };
enum class PresencePrivacy : uint8_t { kEverybody = 1, kNobody = 2 };
enum class RegistrationPolicy : uint8_t { kOpen = 1, kInvitation = 2, kClosed = 3 };

/// An account as the store keeps it. The password hash stays in its own repository call.
struct User {
  UserId id;
  std::string name;  ///< unique, folded
  std::string display_name;
  std::string bio;
  ServerRole role = ServerRole::kUser;
  UserState state = UserState::kActive;
  PresencePrivacy presence_privacy = PresencePrivacy::kEverybody;
  UnixMillis created_at;
  UnixMillis seen_at;  ///< last seen, saved every five minutes
  Version version = 0;

  bool operator==(const User&) const = default;
};

/// One signed-in client.
struct Device {
  DeviceId id;
  UserId user;
  std::string name;
  UnixMillis created_at;
  UnixMillis seen_at;

  bool operator==(const Device&) const = default;
};

enum class RoomKind : uint8_t { kDirect = 1, kPrivate = 2, kPublic = 3 };
enum class History : uint8_t { kAll = 1, kSinceJoin = 2 };

struct Room {
  RoomId id;
  RoomKind kind = RoomKind::kPrivate;
  std::string name;
  std::string name_folded;  ///< case and accents folded, for the directory
  std::string topic;
  History history = History::kAll;
  UnixMillis created_at;
  uint32_t member_count = 0;  ///< members whose state is kIn
  UserId direct_low;          ///< in a direct room the two users, low ≤ high; else 0
  UserId direct_high;

  bool operator==(const Room&) const = default;
};

enum class MemberState : uint8_t { kInvited = 1, kIn = 2, kLeft = 3 };
/// Smaller may do more.
enum class RoomRole : uint8_t { kOwner = 1, kAdmin = 2, kMember = 3, kGuest = 4 };
enum class NotificationLevel : uint8_t { kDefault = 0, kAll = 1, kMentions = 2, kNone = 3 };

/// A user's place in a room: one row of that user's own state.
struct Member {
  RoomId room;
  UserId user;
  MemberState state = MemberState::kIn;
  RoomRole role = RoomRole::kMember;
  Seq from_seq = 1;  ///< first seq the member may read
  Pos join_pos = 0;  ///< pos of the event that let the member in
  Seq read_seq = 0;  ///< newest seq read
  Ord read_ord = 0;  ///< the room's ord at read_seq
  Pos read_at = 0;   ///< head pos when the position was set: own sends after it move it on
  NotificationLevel level = NotificationLevel::kDefault;
  bool favourite = false;
  UserId invited_by;
  Version version = 0;

  bool operator==(const Member&) const = default;
};

/// What an event is. The numbers are stored: never change one.
enum class EventKind : uint8_t {
  kMessage = 1,       ///< content: kith.v1.MessageContent
  kMemberChange = 2,  ///< content: kith.v1.MemberChange
  kRoomChange = 3,    ///< content: kith.v1.RoomChange
  kEdit = 4,          ///< no content: target and revision; the text stands in the target
  kDelete = 5,        ///< no content: target
  kCall = 6,          ///< content: kith.v1.CallRecord, rewritten when the call ends
};

/// Bits of an event. Stored.
enum EventFlag : uint32_t {
  kCountable = 1,  ///< counts as unread: a message in the main timeline
  kDeleted = 2,    ///< its content was erased
  kEncrypted = 4,  ///< content the server cannot read
};

/// What a use case wants appended to a room.
struct EventDraft {
  EventKind kind = EventKind::kMessage;
  uint32_t flags = 0;
  UserId sender;
  DeviceId device;        ///< 0 for events of the server
  Seq target = 0;         ///< edited or deleted message; for a message: the one it answers
  uint32_t revision = 0;  ///< for an edit: the target's new revision
  uint64_t txn_tag = 0;   ///< FNV-1a of the txn_id, 0 if none
  std::string content;    ///< encoded protobuf

  bool operator==(const EventDraft&) const = default;
};

/// An event as it is stored: a draft with its place and time. `revision` and `content` of a message are the newest.
struct StoredEvent {
  RoomId room;
  Seq seq = 0;
  Pos pos = 0;
  Ord ord = 0;  ///< countable events of the room up to and including this one
  UnixMillis at;
  UnixMillis edited_at;  ///< 0 if never edited
  EventKind kind = EventKind::kMessage;
  uint32_t flags = 0;
  UserId sender;
  DeviceId device;  ///< 0 once packed
  Seq target = 0;
  uint32_t revision = 0;
  uint64_t txn_tag = 0;  ///< 0 once packed
  std::string content;

  bool operator==(const StoredEvent&) const = default;
};

/// What is known of a room's newest events without reading them.
struct RoomHead {
  Seq last_seq = 0;
  Ord last_ord = 0;
  Pos last_pos = 0;
  UnixMillis last_at;            ///< time of the newest event: the next is not earlier
  UnixMillis last_countable_at;  ///< orders the room list
  Seq last_countable_seq = 0;
  Seq first_seq = 1;  ///< retention moves these
  Ord first_ord = 1;

  bool operator==(const RoomHead&) const = default;
};

/// One of a user's own items: settings, drafts, saved messages.
struct UserItem {
  std::string kind;
  std::string key;
  std::string value;  ///< empty: removed
  Version version = 0;

  bool operator==(const UserItem&) const = default;
};

// What the hub tells after a commit, in commit order.

/// An event was appended to a room.
struct RoomEventCommitted {
  StoredEvent event;
  std::optional<StoredEvent> target;  ///< for kEdit and kDelete: the message as it is now
  UserId membership_of;               ///< whose membership this event changed, 0 if nobody's …
  bool is_in = false;                 ///< … and whether that user is in the room (or invited) from now on
};
/// A user's own state changed.
struct OwnStateCommitted {
  UserId user;
  Version version = 0;
  std::variant<Member, UserItem, User> row;
};
/// A member moved the read position.
struct ReadPositionCommitted {
  RoomId room;
  UserId user;
  Seq seq = 0;
};
/// A session ended: its connections must close.
struct DeviceRevoked {
  UserId user;
  DeviceId device;
};
/// A user's public profile changed.
struct ProfileCommitted {
  User user;
};

using Publication =
    std::variant<RoomEventCommitted, OwnStateCommitted, ReadPositionCommitted, DeviceRevoked, ProfileCommitted>;

// What is told without being stored; may be lost.

/// A member writes, or stopped.
struct TypingChanged {
  RoomId room;
  UserId user;
  bool typing = false;
};
/// As kith.v1.PresenceState, with its numbers.
enum class PresenceState : uint8_t { kUnknown = 0, kOnline = 1, kAway = 2, kOffline = 3 };
/// A user came, went, or is away; told in `rooms`.
struct PresenceChanged {
  UserId user;
  PresenceState state = PresenceState::kOffline;
  UnixMillis seen_at;
  std::vector<RoomId> rooms;
};

/// A user's public profile is now this; told in `rooms`.
struct ProfileChanged {
  User user;
  std::vector<RoomId> rooms;
};

/// A call was started, changed or ended; told in its room.
struct CallChanged {
  Call call;
};

using Ephemeral = std::variant<TypingChanged, PresenceChanged, ProfileChanged, CallChanged>;

}  // namespace kith::model
