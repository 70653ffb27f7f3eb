// What remains of calls: their rows, and their entry in the room's timeline. Commands for inside of a transaction.
#pragma once

#include "base/result.hpp"
#include "call/live_call.hpp"
#include "chat/caller.hpp"
#include "chat/context.hpp"
#include "model/call.hpp"
#include "store/call_repository.hpp"

namespace kith::call {

/// The room's call after StartCall: a new one, or the one that was going on.
struct BegunCall {
  model::Call call;  ///< if it is new with its members
  bool is_new = false;
  bool is_direct = false;
  bool is_large = false;
};

/// What StartCall wants. `may_begin`: else its error, if the room has no call yet.
struct CallWish {
  RoomId room;
  chat::Caller caller;
  bool is_video = false;
  Result<> may_begin;
};

/// Starts a call in a room, unless one goes on: its row, its entry, and in a direct room the other user is rung.
/// Errors: those of the permission table, and the wish's own.
Result<BegunCall> begin_call(const chat::Context& context, store::WriteTransaction& transaction, const CallWish& wish);

/// Stores what changed. Who answered or declined has thereby read the entry, if it is all that was unread.
Result<> save_call(store::WriteTransaction& transaction, const UnsavedCall& unsaved);

/// Ends a call: rows, and its entry becomes what came of it. Nothing happens if it has ended before.
Result<> end_call(const chat::Context& context, store::WriteTransaction& transaction, const model::Call& call);

/// Ends calls that an earlier life of the server left open, at the time it last knew of them. Returns how many it
/// ended; to be repeated until none is left.
Result<size_t> interrupt_open_calls(const chat::Context& context, store::WriteTransaction& transaction);

/// A stored call with its members.
Result<model::Call> with_members(const chat::Context& context, store::Db& db, model::Call call);

}  // namespace kith::call
