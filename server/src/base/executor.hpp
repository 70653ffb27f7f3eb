// Where work runs: a reactor, a thread pool, the calling thread. Coroutines come back to the executor they left.
#pragma once

#include <functional>
#include <utility>

namespace kith {

using Job = std::move_only_function<void()>;

/// Runs posted jobs one after another (a reactor) or side by side (a pool).
class Executor {
 public:
  virtual ~Executor() = default;

  /// Queues a job; callable from any thread. Jobs posted by one thread to a reactor keep their order.
  virtual void post(Job job) = 0;

  /// The executor whose job the calling thread runs, or the inline executor outside of any.
  static Executor& current();

  /// Makes an executor the current one of this thread for a scope; loops and pool threads hold one for their life.
  class Scope {
   public:
    explicit Scope(Executor& executor);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Executor* previous_;
  };
};

/// Runs each job at once on the calling thread: for tests and command-line tools.
class InlineExecutor final : public Executor {
 public:
  void post(Job job) override { job(); }
};

}  // namespace kith
