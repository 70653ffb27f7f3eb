#include "net/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "net_fixture.hpp"

namespace kith::net {
namespace {

TEST(WorkerPool, takes_its_bound_of_waiting_jobs_and_refuses_one_more) {
  std::atomic<int> done = 0;
  std::atomic<bool> has_started = false;
  std::promise<void> go;
  {
    WorkerPool pool("test", 1, 2);
    pool.post([&] {
      has_started = true;
      go.get_future().wait();
    });
    ASSERT_TRUE(eventually([&] { return has_started.load(); }));
    EXPECT_TRUE(pool.try_post([&] { ++done; }));
    EXPECT_TRUE(pool.try_post([&] { ++done; }));
    EXPECT_FALSE(pool.try_post([&] { ++done; }));
    EXPECT_EQ(pool.queued(), 2U);
    pool.post([&] { ++done; });
    go.set_value();
  }
  EXPECT_EQ(done, 3) << "what is queued runs before the pool ends";
}

TEST(WorkerPool, is_the_executor_of_its_jobs) {
  WorkerPool pool("test", 2, 10);
  bool is_current = false;
  run_and_wait(pool, [&] { is_current = &Executor::current() == &pool; });
  EXPECT_TRUE(is_current);
}

}  // namespace
}  // namespace kith::net
