#include "net/reactor.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <thread>

#include "net/deadline_wheel.hpp"
#include "net_fixture.hpp"

namespace kith::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Loop {
  TestClock clock;
  std::unique_ptr<Reactor> reactor = *Reactor::create(clock);
  void pass() { reactor->run_pass(Duration::zero()); }
};

TEST(Reactor, runs_the_jobs_of_each_thread_in_their_order) {
  TestClock clock;
  auto reactor = *Reactor::create(clock);
  std::vector<std::vector<int>> seen(3);
  std::vector<std::thread> threads;
  for (int source = 0; source < 3; ++source) {
    threads.emplace_back([&, source] {
      for (int i = 0; i < 1000; ++i) reactor->post([&, source, i] { seen[static_cast<size_t>(source)].push_back(i); });
    });
  }
  threads.emplace_back([&] { reactor->run(); });
  for (int i = 0; i < 3; ++i) threads[static_cast<size_t>(i)].join();
  run_and_wait(*reactor, [] {});
  reactor->stop();
  threads.back().join();
  for (const auto& numbers : seen) {
    ASSERT_EQ(numbers.size(), 1000U);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
  }
}

TEST(Reactor, is_the_executor_of_its_jobs_and_wakes_from_sleep_for_each) {
  TestClock clock;
  auto reactor = *Reactor::create(clock);
  std::thread thread([&] { reactor->run(); });
  for (int i = 0; i < 200; ++i) {
    bool is_current = false;
    run_and_wait(*reactor, [&] { is_current = reactor->is_current(); });
    EXPECT_TRUE(is_current);
  }
  EXPECT_FALSE(reactor->is_current());
  reactor->stop();
  thread.join();
}

TEST(Reactor, leaves_jobs_posted_by_jobs_to_the_next_pass) {
  Loop loop;
  std::string order;
  loop.reactor->post([&] {
    order += "a";
    loop.reactor->post([&] { order += "c"; });
  });
  loop.reactor->post([&] { order += "b"; });
  loop.pass();
  EXPECT_EQ(order, "ab");
  loop.pass();
  EXPECT_EQ(order, "abc");
}

TEST(Reactor, runs_timers_in_order_never_early_and_not_when_cancelled) {
  Loop loop;
  std::string order;
  loop.reactor->call_after(milliseconds(20), [&] { order += "b"; });
  loop.reactor->call_after(milliseconds(10), [&] { order += "a"; });
  const TimerId cancelled = loop.reactor->call_after(milliseconds(15), [&] { order += "x"; });
  loop.reactor->call_after(milliseconds(20), [&] { order += "c"; });
  loop.reactor->cancel(cancelled);
  loop.clock.advance(milliseconds(10) - Duration(1));
  loop.pass();
  EXPECT_EQ(order, "");
  loop.clock.advance(Duration(1));
  loop.pass();
  EXPECT_EQ(order, "a");
  loop.clock.advance(seconds(1));
  loop.pass();
  EXPECT_EQ(order, "abc");
  loop.reactor->cancel(cancelled);
}

TEST(Reactor, a_timer_that_renews_itself_at_once_does_not_hold_the_pass) {
  Loop loop;
  int runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    loop.reactor->call_after(Duration::zero(), [&] { again(); });
  };
  again();
  loop.pass();
  EXPECT_EQ(runs, 2);
  loop.pass();
  EXPECT_EQ(runs, 3);
}

TEST(Reactor, forgets_many_cancelled_timers) {
  Loop loop;
  int runs = 0;
  for (int i = 0; i < 10'000; ++i) {
    loop.reactor->cancel(loop.reactor->call_after(seconds(10), [&] { runs += 100; }));
    if (i % 1000 == 0) loop.reactor->call_after(seconds(20), [&] { ++runs; });
  }
  loop.clock.advance(seconds(30));
  loop.pass();
  EXPECT_EQ(runs, 10);
}

struct CountingSource final : EventSource {
  explicit CountingSource(Reactor& its_reactor) : reactor(its_reactor) {}
  void on_events(uint32_t) override {
    char byte = 0;
    if (read(pipe[0], &byte, 1) == 1) order += "r";
    reactor.mark_dirty(*this);
  }
  void flush() override { order += "f"; }
  Reactor& reactor;
  int pipe[2] = {-1, -1};
  std::string order;
};

TEST(Reactor, reads_then_runs_jobs_then_flushes_once) {
  Loop loop;
  CountingSource source(*loop.reactor);
  ASSERT_EQ(pipe(source.pipe), 0);
  ASSERT_TRUE(loop.reactor->watch(source.pipe[0], EPOLLIN, source).has_value());
  loop.reactor->post([&] { source.order += "j"; });
  loop.reactor->at_pass_end([&] { source.order += "e"; });
  ASSERT_EQ(write(source.pipe[1], "x", 1), 1);
  loop.pass();
  EXPECT_EQ(source.order, "rjef");
  loop.pass();
  EXPECT_EQ(source.order, "rjef");
  loop.reactor->unwatch(source.pipe[0]);
  close(source.pipe[0]);
  close(source.pipe[1]);
}

struct Deadline final : DeadlineWheel::Entry {
  void on_deadline() override {
    ++fired;
    if (then) then();
  }
  int fired = 0;
  std::function<void()> then;
};

TEST(DeadlineWheel, fires_late_by_a_tick_at_most_and_never_early) {
  Loop loop;
  DeadlineWheel wheel(*loop.reactor);
  for (const Duration wait : {Duration(milliseconds(1)), Duration(milliseconds(250)), Duration(milliseconds(777)),
                              Duration(seconds(75)), Duration(seconds(300))}) {
    Deadline deadline;
    wheel.arm(deadline, loop.reactor->now() + wait);
    const int steps = static_cast<int>(wait / milliseconds(50));
    for (int i = 0; i < steps; ++i) {
      loop.clock.advance(milliseconds(50));
      loop.pass();
      EXPECT_TRUE(deadline.fired == 0 || (i + 1) * milliseconds(50) >= wait) << wait.count() << " " << i;
    }
    for (int i = 0; i < 11; ++i) {
      loop.clock.advance(milliseconds(50));
      loop.pass();
    }
    EXPECT_EQ(deadline.fired, 1) << wait.count();
  }
}

TEST(DeadlineWheel, later_and_earlier_deadlines_replace_the_first) {
  Loop loop;
  DeadlineWheel wheel(*loop.reactor);
  Deadline later, earlier, gone;
  const Instant start = loop.reactor->now();
  wheel.arm(later, start + seconds(1));
  wheel.arm(later, start + seconds(3));
  wheel.arm(earlier, start + seconds(100));
  wheel.arm(earlier, start + seconds(1));
  wheel.arm(gone, start + seconds(1));
  DeadlineWheel::disarm(gone);
  loop.clock.advance(seconds(2));
  loop.pass();
  EXPECT_EQ(later.fired, 0);
  EXPECT_EQ(earlier.fired, 1);
  loop.clock.advance(seconds(2));
  loop.pass();
  EXPECT_EQ(later.fired, 1);
  EXPECT_EQ(gone.fired, 0);
}

TEST(DeadlineWheel, entries_may_be_destroyed_by_one_another_when_they_fire) {
  Loop loop;
  DeadlineWheel wheel(*loop.reactor);
  auto first = std::make_unique<Deadline>();
  auto second = std::make_unique<Deadline>();
  first->then = [&] { second.reset(); };
  second->then = [&] { first.reset(); };
  wheel.arm(*first, loop.reactor->now() + seconds(1));
  wheel.arm(*second, loop.reactor->now() + seconds(1));
  loop.clock.advance(seconds(2));
  loop.pass();
  EXPECT_NE(first == nullptr, second == nullptr);
}

}  // namespace
}  // namespace kith::net
