// Catching up: everything that changed for a user since a token (docs/data.md, "Sync", proves that nothing is missed).
#pragma once

#include <functional>
#include <vector>

#include "base/task.hpp"
#include "chat/caller.hpp"
#include "chat/context.hpp"
#include "chat/people.hpp"
#include "chat/sync_token.hpp"
#include "kith/v1/sync.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// An answer, and where it leads.
struct SyncAnswer {
  v1::SyncResponse response;
  SyncToken token;
};

class SyncService {
 public:
  /// The calls going on in some rooms.
  using FindCalls = std::function<std::vector<model::Call>(const std::vector<RoomId>&)>;

  SyncService(const Context& context, const People& people, const SyncTokenCodec& tokens, FindCalls find_calls)
      : context_(context), people_(people), tokens_(tokens), find_calls_(std::move(find_calls)) {}

  /// A forged or foreign token is no error: it starts the client afresh, as an expired one does.
  Task<Result<SyncAnswer>> sync(Caller caller, v1::SyncRequest request);
  /// The rooms whose events the user receives: in them, not merely invited.
  Task<Result<std::vector<RoomId>>> rooms_of(UserId user);

  [[nodiscard]] std::string encode_token(UserId user, const SyncToken& token) const {
    return tokens_.encode(user, token);
  }
  /// A token for "now" at these positions.
  [[nodiscard]] SyncToken token_at(Pos pos, Version version) const;

 private:
  const Context& context_;
  const People& people_;
  const SyncTokenCodec& tokens_;
  const FindCalls find_calls_;
};

}  // namespace kith::chat
