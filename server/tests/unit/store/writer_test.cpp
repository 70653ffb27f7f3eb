#include "store/writer.hpp"

#include <algorithm>
#include <latch>
#include <mutex>

#include "unit/store/fault_vfs.hpp"
#include "unit/store/store_fixture.hpp"

namespace kith::store::testing {
namespace {

class WriterTest : public StoreTest {
 protected:
  void SetUp() override {
    FaultVfs::install();
    vfs = FaultVfs::kName;
  }
  void TearDown() override {
    FaultVfs::reset();
    store = nullptr;
  }
  // Holds the writer in one command until the gate opens, so that what follows becomes one group.
  void hold_writer(std::latch& gate) {
    store->submit_write(
        [&gate](WriteTransaction&) -> Result<> {
          gate.wait();
          return {};
        },
        [](Result<>) {});
  }
};

TEST_F(WriterTest, commands_of_a_group_run_in_the_order_of_arrival) {
  open();
  const RoomId room = create_room();
  std::latch gate(1);
  hold_writer(gate);
  std::latch done(50);
  for (int i = 0; i < 50; ++i) {
    store->submit_write(
        [room, i](WriteTransaction& t) -> Result<> {
          TRY_VOID(t.append(room, message(UserId{1}, std::to_string(i))));
          return {};
        },
        [&](Result<>) { done.count_down(); });
  }
  const uint64_t groups = store->metrics().groups;
  gate.count_down();
  done.wait();
  const auto events = history(room);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(events[i].content, std::to_string(i));
  EXPECT_LE(store->metrics().groups - groups, 2U) << "one fsync is shared by the group";
}

TEST_F(WriterTest, acks_leave_before_the_hub_hears_of_the_group_and_in_order) {
  std::mutex mutex;
  std::vector<std::string> happened;
  const auto note = [&](const std::string& what) {
    const std::scoped_lock lock(mutex);
    happened.push_back(what);
  };
  on_committed = [&](std::vector<model::Publication> publications) {
    for (const auto& publication : publications) {
      note("hub " + std::to_string(std::get<model::ReadPositionCommitted>(publication).seq));
    }
  };
  open();
  std::latch gate(1);
  hold_writer(gate);
  std::latch done(3);
  for (Seq i = 1; i <= 3; ++i) {
    store->submit_write(
        [i](WriteTransaction& t) -> Result<> {
          t.publish(model::ReadPositionCommitted{.room = RoomId{1}, .user = UserId{1}, .seq = i});
          if (i == 2) return fail(Reason::kNotAllowed, "No.");
          return {};
        },
        [&, i](Result<>) {
          note("ack " + std::to_string(i));
          done.count_down();
        });
  }
  gate.count_down();
  done.wait();
  store = nullptr;
  EXPECT_EQ(happened, (std::vector<std::string>{"ack 1", "ack 2", "ack 3", "hub 1", "hub 3"}))
      << "a failed command publishes nothing";
}

TEST_F(WriterTest, a_command_that_fails_after_a_change_takes_only_itself_down) {
  open();
  const RoomId room = create_room();
  std::latch gate(1);
  hold_writer(gate);
  std::latch done(3);
  std::vector<Result<>> outcomes(3);
  for (size_t i = 0; i < 3; ++i) {
    store->submit_write(
        [room, i](WriteTransaction& t) -> Result<> {
          TRY_VOID(t.append(room, message(UserId{1}, std::to_string(i), 100 + i, DeviceId{1})));
          if (i == 1) return fail(Reason::kNotAllowed, "No.");
          return {};
        },
        [&, i](Result<> outcome) {
          outcomes[i] = std::move(outcome);
          done.count_down();
        });
  }
  gate.count_down();
  done.wait();
  EXPECT_TRUE(outcomes[0].has_value());
  EXPECT_EQ(outcomes[1].error().reason, Reason::kNotAllowed);
  EXPECT_TRUE(outcomes[2].has_value());
  const auto events = history(room);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].content, "0");
  EXPECT_EQ(events[1].content, "2");
  EXPECT_EQ(events[1].pos, events[0].pos + 1) << "numbers of the failed one are used again";
  EXPECT_GE(store->metrics().rollbacks, 1U);
}

TEST_F(WriterTest, a_full_queue_answers_busy) {
  limits.writer_queue_commands = 5;
  open();
  std::latch gate(1);
  std::latch started(1);
  store->submit_write(
      [&](WriteTransaction&) -> Result<> {
        started.count_down();
        gate.wait();
        return {};
      },
      [](Result<>) {});
  started.wait();
  std::vector<Reason> reasons;
  std::latch done(5);
  for (int i = 0; i < 5; ++i) {
    store->submit_write([](WriteTransaction&) -> Result<> { return {}; }, [&](Result<>) { done.count_down(); });
  }
  Result<> sixth;
  store->submit_write([](WriteTransaction&) -> Result<> { return {}; },
                      [&](Result<> outcome) { sixth = std::move(outcome); });
  ASSERT_FALSE(sixth.has_value());
  EXPECT_EQ(sixth.error().reason, Reason::kBusy);
  gate.count_down();
  done.wait();
}

TEST_F(WriterTest, a_full_queue_of_readers_answers_busy) {
  limits.reader_queue_jobs = 3;
  open();
  std::latch gate(1);
  std::latch started(2);
  std::latch done(5);
  for (int i = 0; i < 2; ++i) {
    store->submit_read(
        [&](ReadTransaction&) -> Result<> {
          started.count_down();
          gate.wait();
          return {};
        },
        [&](Result<>) { done.count_down(); });
  }
  started.wait();
  for (int i = 0; i < 3; ++i) {
    store->submit_read([](ReadTransaction&) -> Result<> { return {}; }, [&](Result<>) { done.count_down(); });
  }
  Result<> fourth;
  store->submit_read([](ReadTransaction&) -> Result<> { return {}; },
                     [&](Result<> outcome) { fourth = std::move(outcome); });
  ASSERT_FALSE(fourth.has_value());
  EXPECT_EQ(fourth.error().reason, Reason::kBusy);
  gate.count_down();
  done.wait();
}

TEST_F(WriterTest, the_wal_stays_near_its_limit) {
  limits.wal_restart_bytes = 200'000;
  limits.wal_stop_bytes = 400'000;
  open();
  const RoomId room = create_room();
  for (int i = 0; i < 200; ++i) send(room, std::string(10'000, 'x'));
  EXPECT_LT(std::filesystem::file_size(folder.file() + "-wal"), 2'000'000U);
  EXPECT_LT(store->metrics().wal_bytes, 2'000'000U);
}

TEST_F(WriterTest, a_log_at_its_limit_slows_senders_down_and_refuses_none) {
  limits.log_rows_max = 3;
  open();
  const RoomId room = create_room();
  for (int i = 0; i < 6; ++i) send(room, "text");
  EXPECT_EQ(store->head(room)->last_seq, 6U);
}

TEST_F(WriterTest, tails_stay_within_their_bytes) {
  limits.tail_cache_bytes = 64 * 4'000;
  open();
  std::vector<RoomId> rooms;
  for (int i = 0; i < 200; ++i) rooms.push_back(create_room());
  for (const RoomId room : rooms) {
    for (int i = 0; i < 3; ++i) send(room, std::string(500, 'x'));
  }
  EXPECT_LE(store->metrics().tail_bytes, limits.tail_cache_bytes);
  EXPECT_TRUE(store->tail(rooms.front())->empty());
  EXPECT_EQ(store->tail(rooms.back())->size(), 3U);
  EXPECT_EQ(history(rooms.front()).size(), 3U);
}

TEST_F(WriterTest, a_group_ends_at_each_of_its_limits) {
  limits.writer_batch_bytes = 1'000;
  limits.writer_batch_read_marks = 3;
  open();
  const RoomId room = create_room();
  std::latch gate(1);
  hold_writer(gate);
  std::latch done(10);
  const uint64_t groups = store->metrics().groups;
  for (int64_t i = 1; i <= 5; ++i) {
    store->submit_write(
        [room](WriteTransaction& t) -> Result<> {
          TRY_VOID(t.append(room, message(UserId{1}, std::string(1'000, 'x'))));
          return {};
        },
        [&](Result<>) { done.count_down(); });
  }
  for (int64_t i = 1; i <= 5; ++i) {
    store->submit_write(
        [room, i](WriteTransaction& t) -> Result<> {
          TRY_VOID(t.put_member({.room = room, .user = UserId{i}}));
          return {};
        },
        [&](Result<>) { done.count_down(); });
  }
  gate.count_down();
  done.wait();
  EXPECT_GE(store->metrics().groups - groups, 7U);
}

TEST_F(WriterTest, nothing_leaves_before_the_commit_is_on_disk) {
  std::atomic<bool> told = false;
  on_committed = [&](std::vector<model::Publication>) { told = true; };
  open();
  const RoomId room = create_room();
  const Pos before = store->durable_head();
  FaultVfs::syncs_hang = true;
  std::atomic<bool> acked = false;
  std::latch done(1);
  store->submit_write(
      [room](WriteTransaction& t) -> Result<> {
        TRY_VOID(t.append(room, message(UserId{1}, "a")));
        t.publish(model::ReadPositionCommitted{});
        return {};
      },
      [&](Result<>) {
        acked = true;
        done.count_down();
      });
  while (FaultVfs::hanging == 0) FaultVfs::hanging.wait(0);
  EXPECT_FALSE(acked);
  EXPECT_FALSE(told);
  EXPECT_EQ(store->head(room)->last_seq, 0U);
  EXPECT_EQ(store->durable_head(), before);
  EXPECT_TRUE(store->tail(room)->empty());
  EXPECT_TRUE(history(room).empty());
  FaultVfs::reset();
  done.wait();
  EXPECT_EQ(store->head(room)->last_seq, 1U);
}

TEST_F(WriterTest, a_failed_sync_is_survived_by_a_new_connection_and_every_send_is_there_once) {
  open();
  const RoomId room = create_room();
  send(room, "before");
  FaultVfs::failing_syncs = 1;
  std::latch gate(1);
  hold_writer(gate);
  std::latch done(10);
  std::atomic<int> accepted = 0;
  for (uint64_t tag = 1; tag <= 10; ++tag) {
    store->submit_write(
        [room, tag](WriteTransaction& t) -> Result<> {
          TRY(const auto sent, t.find_sent(DeviceId{1}, tag));
          if (sent.has_value()) return {};
          TRY_VOID(t.append(room, message(UserId{1}, std::to_string(tag), tag, DeviceId{1})));
          return {};
        },
        [&](Result<> outcome) {
          accepted += outcome.has_value() ? 1 : 0;
          done.count_down();
        });
  }
  gate.count_down();
  done.wait();
  EXPECT_EQ(accepted, 10);
  const auto events = history(room);
  ASSERT_EQ(events.size(), 11U);
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].seq, i + 1);
  reopen();
  EXPECT_EQ(history(room), events);
}

TEST_F(WriterTest, a_disk_whose_syncs_keep_failing_refuses_writes_and_recovers) {
  open();
  const RoomId room = create_room();
  send(room, "a");
  FaultVfs::failing_syncs = 1'000;
  const auto refused = write(*store, [&](WriteTransaction& t) -> Result<> {
    TRY_VOID(t.append(room, message(UserId{1}, "b")));
    return {};
  });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, Reason::kStorageFailed);
  EXPECT_FALSE(store->metrics().writable);
  EXPECT_EQ(history(room).size(), 1U);
  FaultVfs::reset();
  EXPECT_EQ(send(room, "c").seq, 2U);
  EXPECT_TRUE(store->metrics().writable);
}

TEST_F(WriterTest, a_full_disk_refuses_writes_serves_reads_and_recovers_alone) {
  open();
  const RoomId room = create_room();
  send(room, "a");
  FaultVfs::disk_full = true;
  for (int i = 0; i < 3; ++i) {
    const auto refused = write(*store, [&](WriteTransaction& t) -> Result<> {
      TRY_VOID(t.append(room, message(UserId{1}, std::string(100'000, 'x'))));
      return {};
    });
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().reason, Reason::kStorageFull);
  }
  EXPECT_FALSE(store->metrics().writable);
  EXPECT_EQ(history(room).size(), 1U);
  FaultVfs::reset();
  EXPECT_EQ(send(room, "b").seq, 2U);
  EXPECT_TRUE(store->metrics().writable);
  EXPECT_EQ(history(room).size(), 2U);
}

TEST_F(WriterTest, a_disk_gone_read_only_refuses_writes_and_serves_reads) {
  open();
  const RoomId room = create_room();
  send(room, "a");
  FaultVfs::read_only = true;
  const auto refused = write(*store, [&](WriteTransaction& t) -> Result<> {
    TRY_VOID(t.append(room, message(UserId{1}, "b")));
    return {};
  });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, Reason::kStorageReadOnly);
  EXPECT_EQ(history(room).size(), 1U);
  FaultVfs::reset();
  EXPECT_EQ(send(room, "c").seq, 2U);
}

TEST_F(WriterTest, after_the_end_of_a_store_its_commands_are_answered) {
  open();
  std::atomic<int> answered = 0;
  for (int i = 0; i < 100; ++i) {
    store->submit_write([](WriteTransaction&) -> Result<> { return {}; }, [&](Result<>) { ++answered; });
    store->submit_read([](ReadTransaction&) -> Result<> { return {}; }, [&](Result<>) { ++answered; });
  }
  store = nullptr;
  EXPECT_EQ(answered, 200);
}

TEST_F(WriterTest, versions_of_a_user_grow_by_one_and_survive_a_restart) {
  open();
  const RoomId room = create_room();
  const auto put = [&] {
    model::Member member;
    EXPECT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                  TRY(member, t.put_member({.room = room, .user = UserId{3}}));
                  return {};
                }).has_value());
    return member.version;
  };
  EXPECT_EQ(put(), 1);
  EXPECT_EQ(put(), 2);
  reopen();
  EXPECT_EQ(put(), 3);
  std::optional<model::Room> row;
  ASSERT_TRUE(write(*store, [&](WriteTransaction& t) -> Result<> {
                TRY(row, t.room(room));
                return {};
              }).has_value());
  EXPECT_EQ(row->member_count, 1U);
}

}  // namespace
}  // namespace kith::store::testing
