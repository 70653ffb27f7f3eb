#include "chat/password.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "unit/chat/chat_fixture.hpp"

namespace kith::chat {
namespace {

using testing::Loop;
using testing::reason_of;

constexpr PasswordCost kLeast{.passes = 1, .memory_bytes = 8192};

/// Keeps jobs until told to run them.
class HeldExecutor final : public Executor {
 public:
  void post(Job job) override { jobs.push_back(std::move(job)); }
  void run_all() {
    for (Job& job : std::exchange(jobs, {})) job();
  }
  std::vector<Job> jobs;
};

Secret<std::string> secret(std::string text) { return Secret(std::move(text)); }

class PasswordTest : public ::testing::Test {
 protected:
  Secret<std::string> hash(const std::string& password) {
    return loop.run(hasher.hash(secret(password))).value_or(Secret<std::string>());
  }
  bool verify(const std::string& password, const Secret<std::string>& expected) {
    return loop.run(hasher.verify(secret(password), expected)).value_or(false);
  }

  Loop loop;
  InlineExecutor workers;
  PasswordHasher hasher{workers, kLeast, 10};
};

TEST_F(PasswordTest, only_the_password_itself_is_right) {
  const Secret<std::string> stored = hash("correct horse");
  EXPECT_TRUE(stored.reveal().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
  EXPECT_TRUE(verify("correct horse", stored));
  EXPECT_FALSE(verify("correct horsE", stored));
  EXPECT_FALSE(verify("", stored));
  EXPECT_FALSE(verify(std::string("correct horse\0", 14), stored));
}

TEST_F(PasswordTest, equal_passwords_have_different_hashes) {
  EXPECT_NE(hash("correct horse").reveal(), hash("correct horse").reveal());
}

TEST_F(PasswordTest, no_password_is_right_for_an_unknown_user) {
  EXPECT_FALSE(verify("correct horse", Secret<std::string>()));
  EXPECT_FALSE(verify("", Secret<std::string>()));
}

TEST_F(PasswordTest, an_unknown_user_takes_the_work_of_a_known_one) {
  // The decoy must be well-formed at this cost, or libsodium would return at once: so it must not ask for a rehash.
  const PasswordHasher dear(workers, {.passes = 3, .memory_bytes = size_t{32} * 1024 * 1024}, 10);
  EXPECT_FALSE(dear.needs_rehash(dear.decoy()));
  EXPECT_FALSE(hasher.needs_rehash(hasher.decoy()));
}

TEST_F(PasswordTest, another_cost_asks_for_a_new_hash) {
  const Secret<std::string> stored = hash("correct horse");
  EXPECT_FALSE(hasher.needs_rehash(stored));
  EXPECT_TRUE(PasswordHasher(workers, {.passes = 2, .memory_bytes = 8192}, 10).needs_rehash(stored));
  EXPECT_TRUE(PasswordHasher(workers, {.passes = 1, .memory_bytes = 16384}, 10).needs_rehash(stored));
  EXPECT_TRUE(hasher.needs_rehash(secret("rubbish")));
}

TEST_F(PasswordTest, one_job_beyond_the_queue_is_refused_and_later_ones_pass) {
  HeldExecutor held;
  PasswordHasher narrow(held, kLeast, 2);
  const auto first = loop.start(narrow.hash(secret("one")));
  const auto second = loop.start(narrow.verify(secret("two"), Secret<std::string>()));
  const auto third = loop.start(narrow.hash(secret("three")));
  ASSERT_TRUE(third->has_value());
  EXPECT_EQ(reason_of(**third), Reason::kBusy);
  EXPECT_GT((*third)->error().retry_after_ms, 0u);
  EXPECT_FALSE(first->has_value()) << "hashing waits for a worker";
  held.run_all();
  loop.run_until([&] { return first->has_value() && second->has_value(); });
  EXPECT_TRUE((*first)->has_value());
  const auto fourth = loop.start(narrow.hash(secret("four")));
  held.run_all();
  loop.run_until([&] { return fourth->has_value(); });
  EXPECT_TRUE((*fourth)->has_value());
}

TEST_F(PasswordTest, spellings_of_a_password_are_one) {
  const Limits limits;
  EXPECT_EQ(normalize_password("Zoe\u0308\u00A0x", limits, "password")->reveal(), "Zo\u00EB x");
  EXPECT_EQ(normalize_password("  spaces stay ", limits, "password")->reveal(), "  spaces stay ");
}

TEST_F(PasswordTest, passwords_have_limits) {
  const Limits limits;
  EXPECT_EQ(reason_of(normalize_password("", limits, "p")), Reason::kMissingField);
  EXPECT_EQ(reason_of(normalize_password("a\xFF", limits, "p")), Reason::kInvalidUtf8);
  EXPECT_TRUE(normalize_password(std::string(limits.password_bytes, 'x'), limits, "p").has_value());
  EXPECT_EQ(reason_of(normalize_password(std::string(limits.password_bytes + 1, 'x'), limits, "p")), Reason::kTooLong);
  EXPECT_TRUE(check_new_password("8letters", limits, "p").has_value());
  EXPECT_EQ(reason_of(check_new_password("7letter", limits, "p")), Reason::kInvalidField);
  EXPECT_EQ(reason_of(check_new_password("éééé", limits, "p")), Reason::kInvalidField) << "characters, not bytes";
}

}  // namespace
}  // namespace kith::chat
