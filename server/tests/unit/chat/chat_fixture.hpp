// The use cases on a real store in a temporary folder: a loop that runs tasks to their end, a clock that moves when
// told, what was published, and people to act.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/executor.hpp"
#include "base/random.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "chat/account_service.hpp"
#include "chat/session_service.hpp"
#include "chat/user_service.hpp"
#include "store/sqlite_store.hpp"
#include "unit/store/store_fixture.hpp"

namespace kith::chat::testing {

/// An executor of the test's own thread: tasks come back to it from the store's threads.
class Loop final : public Executor {
 public:
  void post(Job job) override {
    // Notified under the lock: once the job has run, a test may destroy the loop.
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
    arrived_.notify_one();
  }
  /// Runs jobs until `is_done()`, which is asked after each job and now and then.
  template <typename IsDone>
  void run_until(IsDone is_done) {
    const Scope scope(*this);
    while (!is_done()) {
      Job job;
      {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_for(lock, std::chrono::milliseconds(1), [this] { return !jobs_.empty(); })) continue;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }
  /// Starts a task; its result stands in the returned place once it has finished.
  template <typename T>
  std::shared_ptr<std::optional<T>> start(Task<T> task) {
    const Scope scope(*this);
    auto place = std::make_shared<std::optional<T>>();
    spawn(std::move(task), [place](T value) { place->emplace(std::move(value)); });
    return place;
  }
  template <typename T>
  T run(Task<T> task) {
    const auto place = start(std::move(task));
    run_until([&] { return place->has_value(); });
    return std::move(**place);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> jobs_;
};

/// Keeps the store's writer busy until released, so that the writes submitted meanwhile make one commit group.
class HeldWriter {
 public:
  explicit HeldWriter(store::Store& store) {
    std::promise<void> held;
    std::future<void> is_held = held.get_future();
    store.submit_write(
        [held = std::move(held), may_go = may_go_.get_future().share()](store::WriteTransaction&) mutable -> Result<> {
          held.set_value();
          may_go.wait();
          return {};
        },
        [](Result<>) {});
    is_held.wait();
  }
  ~HeldWriter() { release(); }
  HeldWriter(const HeldWriter&) = delete;
  HeldWriter& operator=(const HeldWriter&) = delete;
  void release() {
    if (!std::exchange(is_released_, true)) may_go_.set_value();
  }

 private:
  std::promise<void> may_go_;
  bool is_released_ = false;
};

/// The reason of an error, for EXPECT_EQ; nullopt for a success.
template <typename T>
std::optional<Reason> reason_of(const Result<T>& result) {
  if (result.has_value()) return std::nullopt;
  return result.error().reason;
}
/// The field at fault, empty if none or a success.
template <typename T>
std::string field_of(const Result<T>& result) {
  return result.has_value() ? std::string() : result.error().field;
}

/// Somebody with an account and a session.
struct Person {
  Caller caller;
  std::string token;
  v1::User user;
};

/// All that account use cases need, and helpers to use them. `limits` may be changed before `open`.
class ChatTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kPassword = "correct horse battery";

  void SetUp() override { open(); }
  void TearDown() override { close(); }

  void open() {
    auto opened = store::SqliteStore::open({.path = folder.file(),
                                            .clock = clock,
                                            .random = store_random,
                                            .limits = limits,
                                            .readers = 2,
                                            .on_committed =
                                                [this](std::vector<model::Publication> publications) {
                                                  const std::scoped_lock lock(published_mutex_);
                                                  for (auto& publication : publications) {
                                                    published_.push_back(std::move(publication));
                                                  }
                                                },
                                            .vfs = nullptr});
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    store = std::move(*opened);
    passwords.emplace(workers, password_cost, limits.worker_queue_jobs);
    throttle.emplace(limits);
    session_cache.emplace(*store, clock, limits.sessions_in_memory);
    presence.emplace(clock, std::chrono::seconds(5));
    const AccountContext context{
        {*store, ids, limits, clock}, random, *passwords, *throttle, *session_cache, *presence};
    accounts.emplace(context, "1.2.3", [this](store::WriteTransaction& transaction, UserId user, bool is_first) {
      return on_account_created ? on_account_created(transaction, user, is_first) : Result<RoomId>(RoomId{1});
    });
    sessions.emplace(context);
    users.emplace(context);
  }
  void close() {
    users.reset();
    sessions.reset();
    accounts.reset();
    session_cache.reset();
    store.reset();
  }
  void reopen() {
    close();
    open();
  }

  template <typename T>
  T run(Task<T> task) {
    return loop.run(std::move(task));
  }

  /// A registration with the usual password.
  static v1::RegisterRequest registration(const std::string& username, const std::string& display_name = {}) {
    v1::RegisterRequest request;
    request.set_username(username);
    request.set_password(std::string(kPassword));
    request.set_display_name(display_name);
    return request;
  }
  static v1::LoginRequest login_of(const std::string& username, std::string_view password = kPassword) {
    v1::LoginRequest request;
    request.set_username(username);
    request.set_password(std::string(password));
    return request;
  }
  Caller caller_of(const std::string& token) {
    const Result<Caller> caller = run(session_cache->authenticate(token));
    EXPECT_TRUE(caller.has_value()) << caller.error().message;
    return caller.value_or(Caller{});
  }
  /// Makes an account; the first one is the owner's.
  Person make_person(const std::string& username, const std::string& display_name = {}) {
    const auto response = run(accounts->register_account(here, registration(username, display_name)));
    EXPECT_TRUE(response.has_value()) << response.error().message;
    if (!response.has_value()) return {};
    return {.caller = caller_of(response->token()), .token = response->token(), .user = response->user()};
  }
  /// A further session of an account.
  Person sign_in(const std::string& username, std::string_view password = kPassword) {
    const auto response = run(sessions->login(here, login_of(username, password)));
    EXPECT_TRUE(response.has_value()) << response.error().message;
    if (!response.has_value()) return {};
    return {.caller = caller_of(response->token()), .token = response->token(), .user = response->user()};
  }

  /// What was published since the last call, of one kind.
  template <typename Publication>
  std::vector<Publication> take_published() {
    const std::scoped_lock lock(published_mutex_);
    std::vector<Publication> taken;
    std::erase_if(published_, [&](model::Publication& publication) {
      auto* found = std::get_if<Publication>(&publication);
      if (found != nullptr) taken.push_back(std::move(*found));
      return found != nullptr;
    });
    return taken;
  }
  /// Publications follow the acks; this waits until those of all writes so far have arrived.
  void settle() {
    (void)run(store->write<bool>([](store::WriteTransaction&) -> Result<bool> { return true; }));
    (void)run(store->write<bool>([](store::WriteTransaction&) -> Result<bool> { return true; }));
  }

  store::testing::TempFolder folder;
  ManualClock clock;
  SeededRandom store_random{1};
  SeededRandom random{2};
  Limits limits;
  IdCodec ids{IdCodec::Key{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  InlineExecutor workers;
  PasswordCost password_cost{.passes = 1, .memory_bytes = 8192};  ///< libsodium's least: fast
  RequestContext here{.address = "192.0.2.1", .device_name = "Test"};
  OnAccountCreated on_account_created;  ///< runs on the writer thread; absent: room 1, which nobody makes
  Loop loop;
  std::unique_ptr<store::SqliteStore> store;
  std::optional<PasswordHasher> passwords;
  std::optional<LoginThrottle> throttle;
  std::optional<SessionCache> session_cache;
  std::optional<PresenceTracker> presence;
  std::optional<AccountService> accounts;
  std::optional<SessionService> sessions;
  std::optional<UserService> users;

 private:
  std::mutex published_mutex_;
  std::vector<model::Publication> published_;
};

}  // namespace kith::chat::testing
