// Reads the messages a search examines: one by one, or, where neighbours of one room follow each other, some at once.
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "model/model.hpp"
#include "store/store.hpp"

namespace kith::chat {

/// A common word in one room names messages that stand in the same block of the store: reading them together opens the
/// block once. `reader` must outlive this.
class SearchEvents {
 public:
  explicit SearchEvents(store::EventReader& reader) : reader_(reader) {}

  /// The message, valid until the next call; nullptr if there is none or its part of the history is damaged.
  Result<const model::StoredEvent*> find(RoomId room, Seq seq);

 private:
  Result<> read(RoomId room, Seq from, Seq to);

  store::EventReader& reader_;
  std::vector<model::StoredEvent> window_;  ///< of one room, by seq
  RoomId last_room_;
  Seq last_seq_ = 0;
};

}  // namespace kith::chat
