// `Task<T>`: a coroutine for control flow (login, send, sync). Started when awaited or spawned; never one per delivery.
#pragma once

#include <cassert>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "base/executor.hpp"

namespace kith {

template <typename T>
class Task;

namespace task_detail {

struct PromiseBase {
  std::coroutine_handle<> continuation;

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) noexcept {
      auto continuation = finished.promise().continuation;
      return continuation ? continuation : std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  // Errors are values; an exception that gets here is out of memory or a defect, and the process cannot go on.
  void unhandled_exception() noexcept { std::terminate(); }
};

template <typename T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <typename U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() noexcept {}
  void take() noexcept {}
};

}  // namespace task_detail

/// A lazily started coroutine with one awaiter. Destroying an unfinished task destroys its frame, so whoever holds a
/// task that waits for another thread must keep it until it has finished: `spawn` does.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        handle.promise().continuation = awaiting;
        return handle;
      }
      T await_resume() { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace task_detail {

template <typename T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// A coroutine that owns itself.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { std::terminate(); }
    void return_void() noexcept {}
  };
};

template <typename T, typename Done>
Detached run_detached(Task<T> task, Done done) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(task);
    done();
  } else {
    done(co_await std::move(task));
  }
}

}  // namespace task_detail

/// Starts a task on the calling thread and calls `done` with its result where the task finishes.
template <typename T, typename Done>
void spawn(Task<T> task, Done done) {
  task_detail::run_detached(std::move(task), std::move(done));
}

/// Awaitable that lets a callback-taking operation finish a coroutine: `start(resolve)` begins it, `resolve(value)` may
/// be called once from any thread; the coroutine goes on at the executor it came from.
template <typename T, typename Start>
class Completion {
 public:
  explicit Completion(Start start) : start_(std::move(start)) {}
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    Executor& home = Executor::current();
    // `start` may resolve from another thread before it returns and destroy this awaiter, so it runs from a copy.
    Start start = std::move(start_);
    start([this, awaiting, &home](T value) {
      home.post([this, awaiting, value = std::move(value)]() mutable {
        value_.emplace(std::move(value));
        awaiting.resume();
      });
    });
  }
  T await_resume() { return std::move(*value_); }

 private:
  Start start_;
  std::optional<T> value_;
};

/// `co_await completion<T>([&](auto resolve) { … })`.
template <typename T, typename Start>
Completion<T, Start> completion(Start start) {
  return Completion<T, Start>(std::move(start));
}

/// Runs `work()` on another executor and comes back with its result.
template <typename Work>
auto run_on(Executor& executor, Work work) -> Task<decltype(work())> {
  using Value = decltype(work());
  // Named, because g++ 12 destroys the captures of a lambda written inside a co_await expression twice.
  auto start = [&executor, work = std::move(work)](auto resolve) mutable {
    executor.post([work = std::move(work), resolve = std::move(resolve)]() mutable { resolve(work()); });
  };
  co_return co_await completion<Value>(std::move(start));
}

}  // namespace kith
