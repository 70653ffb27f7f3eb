// Who has something to do when: the participants' deadlines, earliest first.
#pragma once

#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "sfu/media_control.hpp"

namespace kith::sfu {

/// One deadline per participant. A later one does not replace an earlier: who is called too early just asks again.
class Schedule {
 public:
  void set(ParticipantId who, Instant at) {
    const auto [entry, is_new] = deadlines_.try_emplace(who, at);
    if (!is_new && entry->second <= at) return;
    entry->second = at;
    queue_.push({at, who});
  }
  void remove(ParticipantId who) { deadlines_.erase(who); }

  [[nodiscard]] std::optional<Instant> next() const {
    return queue_.empty() ? std::nullopt : std::optional(queue_.top().at);
  }
  /// The next participant that is due; its deadline is forgotten.
  std::optional<ParticipantId> take_due(Instant now) {
    while (!queue_.empty() && queue_.top().at <= now) {
      const Entry entry = queue_.top();
      queue_.pop();
      const auto deadline = deadlines_.find(entry.who);
      if (deadline == deadlines_.end() || deadline->second != entry.at) continue;  // removed or replaced
      deadlines_.erase(deadline);
      return entry.who;
    }
    return std::nullopt;
  }

 private:
  struct Entry {
    Instant at;
    ParticipantId who;
    bool operator>(const Entry& other) const { return at > other.at; }
  };

  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
  std::unordered_map<ParticipantId, Instant> deadlines_;
};

}  // namespace kith::sfu
