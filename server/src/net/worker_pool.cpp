#include "net/worker_pool.hpp"

#include <pthread.h>

namespace kith::net {

WorkerPool::WorkerPool(std::string name, size_t threads, size_t queue_max)
    : name_(std::move(name)), queue_max_(queue_max) {
  threads_.reserve(threads);
  for (size_t number = 0; number < threads; ++number) threads_.emplace_back([this, number] { serve(number); });
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::try_post(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(job));
  }
  work_.notify_one();
  return true;
}

void WorkerPool::post(Job job) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  work_.notify_one();
}

size_t WorkerPool::queued() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::serve(size_t number) {
  // The kernel's limit is 15 bytes.
  pthread_setname_np(pthread_self(), (name_.substr(0, 12) + "-" + std::to_string(number % 100)).c_str());
  Executor::Scope scope(*this);
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it captured dies here, not under the lock
    lock.lock();
  }
}

}  // namespace kith::net
