#include "base/task.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <thread>

namespace kith {
namespace {

class QueueExecutor final : public Executor {
 public:
  void post(Job job) override { jobs.push_back(std::move(job)); }
  void run_all() {
    Scope scope(*this);
    while (!jobs.empty()) {
      Job job = std::move(jobs.front());
      jobs.pop_front();
      job();
    }
  }
  std::deque<Job> jobs;
};

Task<int> add(int a, int b) { co_return a + b; }

Task<int> sum_of_sums() {
  const int left = co_await add(1, 2);
  const int right = co_await add(3, 4);
  co_return left + right;
}

TEST(Task, awaits_nested_tasks_and_returns_their_values) {
  int result = 0;
  spawn(sum_of_sums(), [&](int value) { result = value; });
  EXPECT_EQ(result, 10);
}

TEST(Task, comes_back_to_the_executor_it_left) {
  QueueExecutor home;
  QueueExecutor pool;
  Executor* resumed_on = nullptr;
  home.post([&] {
    spawn(
        [](Executor& elsewhere, Executor*& seen) -> Task<int> {
          const int value = co_await run_on(elsewhere, [] { return 7; });
          seen = &Executor::current();
          co_return value;
        }(pool, resumed_on),
        [](int) {});
  });
  home.run_all();
  EXPECT_EQ(pool.jobs.size(), 1u);
  pool.run_all();
  EXPECT_EQ(resumed_on, nullptr);
  home.run_all();
  EXPECT_EQ(resumed_on, &home);
}

TEST(Task, completion_may_be_resolved_by_another_thread_before_start_returns) {
  int result = 0;
  spawn(
      []() -> Task<int> {
        co_return co_await completion<int>(
            [](auto resolve) { std::jthread other([resolve = std::move(resolve)]() mutable { resolve(42); }); });
      }(),
      [&](int value) { result = value; });
  EXPECT_EQ(result, 42);
}

}  // namespace
}  // namespace kith
