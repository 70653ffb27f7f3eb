#include <map>
#include <set>

#include "store/doctor.hpp"
#include "store/member_repository.hpp"
#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

// A store as slow and simple as the rules are written: every event and every reader's position in plain containers.
struct SlowEvent {
  model::StoredEvent event;
  std::set<int64_t> mentions;
};
struct SlowReader {
  Seq read_seq = 0;
  Pos read_at = 0;
};
struct SlowRoom {
  std::vector<SlowEvent> events;
  std::map<int64_t, SlowReader> readers;

  [[nodiscard]] Seq position(int64_t user) const {
    const SlowReader& reader = readers.at(user);
    Seq seq = reader.read_seq;
    for (const SlowEvent& each : events) {
      if (each.event.sender.value == user && each.event.pos > reader.read_at && counts(each)) {
        seq = std::max(seq, each.event.seq);
      }
    }
    return seq;
  }
  static bool counts(const SlowEvent& each) { return (each.event.flags & model::kCountable) != 0; }
  static bool is_gone(const SlowEvent& each) { return (each.event.flags & model::kDeleted) != 0; }
  [[nodiscard]] int64_t unread(int64_t user) const {
    const Seq seq = position(user);
    return std::count_if(events.begin(), events.end(),
                         [&](const SlowEvent& each) { return each.event.seq > seq && counts(each) && !is_gone(each); });
  }
  [[nodiscard]] int64_t mentions(int64_t user) const {
    const Seq seq = position(user);
    return std::count_if(events.begin(), events.end(), [&](const SlowEvent& each) {
      return each.event.seq > seq && !is_gone(each) && each.mentions.contains(user);
    });
  }
};

constexpr int64_t kUsers = 4;
constexpr int64_t kRooms = 3;

class StoreModelTest : public StoreTest {
 protected:
  void send_random() {
    const int64_t room = pick_room();
    const auto sender = static_cast<int64_t>(1 + random.below(kUsers));
    const bool countable = random.below(4) != 0;
    const bool mentions = random.below(3) == 0;
    const auto mentioned = static_cast<int64_t>(1 + random.below(kUsers));
    clock.advance(std::chrono::milliseconds(static_cast<int64_t>(random.below(10'000))));
    SlowEvent added;
    const auto outcome = write(*store, [&](WriteTransaction& t) -> Result<> {
      auto draft =
          message(UserId{sender}, "text " + std::to_string(random.next_u64()), random.next_u64(), DeviceId{sender});
      if (!countable) draft.flags = 0;
      TRY(added.event, t.append(RoomId{room}, draft));
      if (mentions) {
        added.mentions.insert(mentioned);
        TRY_VOID(MemberRepository(t.db()).insert_mention(RoomId{room}, UserId{mentioned}, added.event.seq));
      }
      return {};
    });
    ASSERT_TRUE(outcome.has_value());
    model_[room].events.push_back(added);
  }
  void change_random() {
    const int64_t room = pick_room();
    if (model_[room].events.empty()) return;
    SlowEvent& target = model_[room].events[random.below(model_[room].events.size())];
    if (SlowRoom::is_gone(target)) return;
    const bool erase = random.below(2) == 0;
    const std::string text = "edited " + std::to_string(random.next_u64());
    const auto outcome = write(*store, [&](WriteTransaction& t) -> Result<> {
      const Seq seq = target.event.seq;
      auto changed = erase ? t.erase(RoomId{room}, seq, UserId{1})
                           : t.rewrite(RoomId{room}, seq, text, target.event.revision + 1, t.now());
      if (!changed.has_value()) return std::unexpected(changed.error());
      changed->device = target.event.device;
      changed->txn_tag = target.event.txn_tag;
      target.event = *changed;
      return {};
    });
    ASSERT_TRUE(outcome.has_value());
  }
  // A read mark, or "mark unread" when it goes back.
  void mark_random() {
    const int64_t room = pick_room();
    const auto user = static_cast<int64_t>(1 + random.below(kUsers));
    SlowRoom& slow = model_[room];
    const Seq seq = random.below(slow.events.size() + 1);
    const auto outcome = write(*store, [&](WriteTransaction& t) -> Result<> {
      TRY(auto member, t.member(RoomId{room}, UserId{user}));
      member->read_seq = seq;
      member->read_ord = seq == 0 ? 0 : slow.events[seq - 1].event.ord;
      member->read_at = t.head(RoomId{room})->last_pos;
      TRY_VOID(t.put_member(*member));
      slow.readers[user] = {.read_seq = seq, .read_at = member->read_at};
      return {};
    });
    ASSERT_TRUE(outcome.has_value());
  }
  void compare() {
    for (int64_t room = 1; room <= kRooms; ++room) {
      const SlowRoom& slow = model_[room];
      const auto events = history(RoomId{room});
      ASSERT_EQ(events.size(), slow.events.size());
      for (size_t i = 0; i < events.size(); ++i) {
        auto expected = slow.events[i].event;
        if (events[i].device.value == 0) expected.device = {}, expected.txn_tag = 0;
        ASSERT_EQ(events[i], expected);
      }
      for (int64_t user = 1; user <= kUsers; ++user) compare_counts(room, user);
    }
  }
  // The three numbers of docs/data.md §2, "Counts".
  void compare_counts(int64_t room, int64_t user) {
    const auto outcome = read(*store, [&](ReadTransaction& t) -> Result<> {
      MemberRepository members(t.db());
      TRY(auto member, members.find(RoomId{room}, UserId{user}));
      t.apply_own_sends(*member);
      EXPECT_EQ(member->read_seq, model_[room].position(user)) << "room " << room << " user " << user;
      TRY(const int64_t gone, members.gone_count(RoomId{room}, member->read_seq));
      TRY(const int64_t mentions, members.mention_count(RoomId{room}, UserId{user}, member->read_seq));
      const auto written = static_cast<int64_t>(t.head(RoomId{room})->last_ord - member->read_ord);
      EXPECT_EQ(written - gone, model_[room].unread(user)) << "room " << room << " user " << user;
      EXPECT_EQ(mentions, model_[room].mentions(user)) << "room " << room << " user " << user;
      return {};
    });
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  }
  int64_t pick_room() { return static_cast<int64_t>(1 + random.below(kRooms)); }

  std::map<int64_t, SlowRoom> model_;
};

TEST_F(StoreModelTest, behaves_like_a_slow_simple_store_through_packing_and_restarts) {
  limits.tail_events = 5;
  limits.log_rows_pack = 60;
  open();
  for (int64_t room = 1; room <= kRooms; ++room) {
    ASSERT_EQ(create_room(), RoomId{room});
    for (int64_t user = 1; user <= kUsers; ++user) {
      ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                    TRY_VOID(t.put_member({.room = RoomId{room}, .user = UserId{user}}));
                    return {};
                  }).has_value());
      model_[room].readers[user] = {};
    }
  }
  for (int step = 1; step <= 1'500; ++step) {
    const uint64_t what = random.below(100);
    if (what < 70) {
      send_random();
    } else if (what < 80) {
      change_random();
    } else if (what < 98) {
      mark_random();
    } else if (what < 99) {
      ASSERT_TRUE(store->pack_now().has_value());
    } else {
      reopen();
    }
    if (step % 100 == 0) compare();
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "step " << step;
  }
  store = nullptr;
  const auto report = check_store(folder.file());
  EXPECT_EQ(report->faults, std::vector<std::string>{});
}

}  // namespace
}  // namespace kith::store::testing
