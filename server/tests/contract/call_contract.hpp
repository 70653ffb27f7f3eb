// What every store must do alike with calls: one open per room, pages of history, what an end decides.
#pragma once

#include "contract/store_contract.hpp"
#include "store/call_repository.hpp"

namespace kith::store::testing {

class CallContract : public StoreContract {
 protected:
  static constexpr UserId kAda{1};
  static constexpr UserId kBob{2};

  /// A call of Ada that rings Bob.
  CallId begin(RoomId room, Seq seq = 1);
  void end(CallId call, model::CallOutcome outcome = model::CallOutcome::kMissed);
  CallId begin_and_end(RoomId room, Seq seq = 1);
  void make_member(RoomId room, UserId user, model::MemberState state = model::MemberState::kIn, Seq from_seq = 1);
  /// Asks in a snapshot.
  void look(const std::function<Result<>(CallRepository&)>& query);
};

}  // namespace kith::store::testing
