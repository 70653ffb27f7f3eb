// A few named threads and a bounded queue, for work that would hold up a reactor: Argon2id, compression, files.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/executor.hpp"

namespace kith::net {

class WorkerPool final : public Executor {
 public:
  /// `name`: at most 12 bytes, shown by top and gdb with the thread's number. `queue_max`: waiting jobs `try_post`
  /// accepts.
  WorkerPool(std::string name, size_t threads, size_t queue_max);
  /// Runs what is queued, then ends the threads.
  ~WorkerPool() override;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues a job unless the queue is full; false means that the caller must answer "busy". From any thread.
  [[nodiscard]] bool try_post(Job job);
  /// Queues a job even beyond the bound: only for continuations of work that was already let in.
  void post(Job job) override;

  [[nodiscard]] size_t queued() const;

 private:
  void serve(size_t number);

  const std::string name_;
  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kith::net
