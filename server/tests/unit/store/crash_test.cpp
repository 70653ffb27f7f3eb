#include <signal.h>
#include <sys/wait.h>

#include <map>

#include "store/doctor.hpp"
#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

// What the child tells over the pipe once its write is acknowledged.
struct Ack {
  uint64_t tag = 0;
  int64_t room = 0;
  Seq seq = 0;
  Pos pos = 0;
};

Limits small_limits() {
  Limits limits;
  limits.log_rows_pack_at = 300;  // so that kills meet every stage of packing
  limits.log_rows_pack = 250;
  limits.tail_events = 8;
  return limits;
}

// Sends numbered messages from four devices into three rooms, with edits and erasures, until it is killed.
[[noreturn]] void run_child(const std::string& path, int pipe, uint64_t first_tag) {
  ManualClock clock;
  SystemRandom random;
  auto opened = SqliteStore::open({.path = path, .clock = clock, .random = random, .limits = small_limits()});
  if (!opened.has_value()) _exit(3);
  SqliteStore& store = **opened;
  for (uint64_t tag = first_tag;; ++tag) {
    const RoomId room{1 + static_cast<int64_t>(tag % 3)};
    const DeviceId device{1 + static_cast<int64_t>(tag % 4)};
    store.submit_write(
        [=](WriteTransaction& t) -> Result<> {
          TRY(const auto event,
              t.append(room, message(UserId{device.value}, "text " + std::to_string(tag), tag, device)));
          if (tag % 7 == 0 && event.seq > 3) {
            TRY_VOID(t.rewrite(room, event.seq - 1, "text " + std::to_string(tag) + " edited", 1, t.now()));
          }
          const Ack ack{.tag = tag, .room = room.value, .seq = event.seq, .pos = event.pos};
          t.publish(
              model::ReadPositionCommitted{.room = room, .user = UserId{static_cast<int64_t>(tag)}, .seq = ack.seq});
          return {};
        },
        [=, &store](Result<> outcome) {
          if (!outcome.has_value()) _exit(4);
          const Ack ack{.tag = tag, .room = room.value, .seq = store.head(room)->last_seq, .pos = store.durable_head()};
          if (::write(pipe, &ack, sizeof ack) != sizeof ack) _exit(5);
        });
    while (store.metrics().write_queue > 64) sched_yield();
  }
}

std::map<uint64_t, Ack> run_and_kill(const std::string& path, uint64_t first_tag, uint64_t acks_before_kill) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_child(path, ends[1], first_tag);
  }
  close(ends[1]);
  std::map<uint64_t, Ack> acks;
  Ack ack;
  while (acks.size() < acks_before_kill && ::read(ends[0], &ack, sizeof ack) == sizeof ack) acks[ack.tag] = ack;
  kill(child, SIGKILL);
  while (::read(ends[0], &ack, sizeof ack) == sizeof ack) acks[ack.tag] = ack;  // told before the kill
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
  return acks;
}

class CrashTest : public StoreTest {};

TEST_F(CrashTest, every_acknowledged_event_is_there_once_after_kill_9) {
  limits = small_limits();
  open();
  for (int i = 0; i < 3; ++i) create_room();
  store = nullptr;
  std::map<uint64_t, Ack> acked;
  uint64_t next_tag = 1;
  for (int round = 0; round < 12; ++round) {
    const auto acks = run_and_kill(folder.file(), next_tag, 20 + random.below(600));
    ASSERT_FALSE(acks.empty());
    acked.insert(acks.begin(), acks.end());
    next_tag = acked.rbegin()->first + 1'000;  // beyond what may be stored without an ack

    const auto report = check_store(folder.file());
    ASSERT_TRUE(report.has_value()) << report.error().message;
    ASSERT_EQ(report->faults, std::vector<std::string>{}) << "round " << round;
    open();
    std::map<std::string, int> found;
    for (int64_t room = 1; room <= 3; ++room) {
      const auto events = history(RoomId{room});
      for (size_t i = 0; i < events.size(); ++i) {
        ASSERT_EQ(events[i].seq, i + 1);
        if (events[i].revision == 0) ++found[events[i].content];
      }
      for (const auto& [tag, ack] : acks) {
        if (ack.room != room) continue;
        ASSERT_LE(ack.seq, events.size()) << "told a seq that is not stored";
      }
    }
    for (const auto& [text, count] : found) ASSERT_EQ(count, 1) << text;
    // The newest acknowledged sends of each device are still known by their tags.
    ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  int checked = 0;
                  for (auto ack = acks.rbegin(); ack != acks.rend() && checked < 100; ++ack, ++checked) {
                    TRY(const auto sent, t.find_sent(DeviceId{1 + static_cast<int64_t>(ack->first % 4)}, ack->first));
                    if (!sent.has_value()) return fail(Reason::kInternal, "tag " + std::to_string(ack->first));
                    TRY(const auto event, t.event(sent->room, sent->seq));
                    const std::string text = "text " + std::to_string(ack->first);
                    if (event->revision == 0 && event->content != text) return fail(Reason::kInternal, event->content);
                  }
                  return {};
                }).has_value());
    store = nullptr;
  }
}

TEST_F(CrashTest, memory_after_a_crash_is_memory_before_it) {
  limits = small_limits();
  open();
  const RoomId room = create_room();
  store = nullptr;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    SystemRandom own_random;  // the parent's would give its next epoch the same id
    auto opened = SqliteStore::open({.path = folder.file(), .clock = clock, .random = own_random, .limits = limits});
    store = std::move(*opened);
    for (int i = 0; i < 400; ++i) send(room, "text", UserId{1 + i % 3}, 1 + static_cast<uint64_t>(i), DeviceId{1});
    const auto head = store->head(room);
    if (::write(ends[1], &*head, sizeof *head) != sizeof *head) _exit(1);
    kill(getpid(), SIGKILL);
  }
  model::RoomHead head;
  ASSERT_EQ(::read(ends[0], &head, sizeof head), static_cast<ssize_t>(sizeof head));
  close(ends[0]);
  close(ends[1]);
  waitpid(child, nullptr, 0);
  open();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->head(room), head);
  EXPECT_EQ(store->durable_head(), head.last_pos);
}

}  // namespace
}  // namespace kith::store::testing
