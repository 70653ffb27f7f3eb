#include "net/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/task.hpp"

namespace kith::net {
namespace {

TEST(WorkerPool, takes_its_bound_of_waiting_jobs_and_refuses_one_more) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool("test", 1, 2);
    std::promise<void> started, go;
    pool.post([&] {
      started.set_value();
      go.get_future().wait();
    });
    started.get_future().wait();
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
  std::promise<bool> is_current;
  EXPECT_TRUE(pool.try_post([&] { is_current.set_value(&Executor::current() == &pool); }));
  EXPECT_TRUE(is_current.get_future().get());
}

}  // namespace
}  // namespace kith::net
