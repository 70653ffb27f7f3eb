#include "chat/login_throttle.hpp"

#include <gtest/gtest.h>

#include "base/time.hpp"

namespace kith::chat {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class LoginThrottleTest : public ::testing::Test {
 protected:
  /// One wrong attempt; the wait it was refused with, 0 if it was admitted.
  uint32_t fail(std::string_view account, std::string_view address) {
    auto attempt = throttle.begin(clock.now(), account, address);
    if (!attempt.has_value()) {
      EXPECT_EQ(attempt.error().reason, Reason::kLoginBackoff);
      return attempt.error().retry_after_ms;
    }
    attempt->fail(clock.now());
    return 0;
  }
  uint32_t succeed(std::string_view account, std::string_view address) {
    auto attempt = throttle.begin(clock.now(), account, address);
    if (!attempt.has_value()) return attempt.error().retry_after_ms;
    attempt->succeed();
    return 0;
  }
  void fail_often(std::string_view account, std::string_view address, uint32_t times) {
    for (uint32_t i = 0; i < times; ++i) EXPECT_EQ(fail(account, address), 0u) << i;
  }

  ManualClock clock;
  Limits limits;
  LoginThrottle throttle{limits};
};

TEST_F(LoginThrottleTest, the_free_failures_cost_nothing_the_next_waits_a_second) {
  fail_often("anna", "", limits.login_failures_free);
  EXPECT_EQ(fail("anna", ""), 1000u);
  clock.advance(milliseconds(999));
  EXPECT_EQ(fail("anna", ""), 1u);
  clock.advance(milliseconds(1));
  EXPECT_EQ(fail("anna", ""), 0u);
}

TEST_F(LoginThrottleTest, the_wait_doubles_up_to_the_most) {
  fail_often("anna", "", limits.login_failures_free);
  for (uint32_t expected = 1; expected < 900; expected *= 2) {
    EXPECT_EQ(fail("anna", ""), expected * 1000);
    clock.advance(seconds(expected));
    EXPECT_EQ(fail("anna", ""), 0u);
  }
  EXPECT_EQ(fail("anna", ""), 900'000u);
  clock.advance(seconds(900));
  EXPECT_EQ(fail("anna", ""), 0u);
  EXPECT_EQ(fail("anna", ""), 900'000u) << "the most stays the most";
}

TEST_F(LoginThrottleTest, the_right_password_too_must_wait) {
  fail_often("anna", "", limits.login_failures_free);
  EXPECT_EQ(succeed("anna", ""), 1000u);
}

TEST_F(LoginThrottleTest, a_success_starts_the_account_afresh) {
  fail_often("anna", "a", limits.login_failures_free - 1);
  EXPECT_EQ(succeed("anna", "a"), 0u);
  fail_often("anna", "a", limits.login_failures_free);
  EXPECT_EQ(fail("anna", "a"), 1000u);
}

TEST_F(LoginThrottleTest, other_accounts_and_addresses_are_free) {
  fail_often("anna", "a", limits.login_failures_free);
  EXPECT_NE(fail("anna", "b"), 0u) << "the account waits wherever the guesser comes from";
  EXPECT_EQ(fail("ben", "a"), 0u);
}

TEST_F(LoginThrottleTest, an_address_that_tries_many_accounts_waits) {
  for (uint32_t i = 0; i < limits.login_failures_free_address; ++i) fail_often("user" + std::to_string(i), "a", 1);
  EXPECT_EQ(fail("another", "a"), 1000u);
  EXPECT_EQ(fail("another", "b"), 0u);
}

TEST_F(LoginThrottleTest, ones_own_success_does_not_clear_an_address) {
  for (uint32_t i = 0; i < limits.login_failures_free_address; ++i) {
    fail_often("user" + std::to_string(i), "a", 1);
    if (i + 1 < limits.login_failures_free_address) {
      EXPECT_EQ(succeed("mallory", "a"), 0u);
    }
  }
  EXPECT_EQ(fail("another", "a"), 1000u);
}

TEST_F(LoginThrottleTest, unknown_names_count_for_the_address_only) {
  fail_often("", "a", limits.login_failures_free + 1);
  EXPECT_EQ(fail("", "b"), 0u);
}

TEST_F(LoginThrottleTest, nobody_can_lock_out_people_where_they_signed_in_before) {
  EXPECT_EQ(succeed("anna", "home"), 0u);
  fail_often("anna", "elsewhere", limits.login_failures_free);
  EXPECT_NE(fail("anna", "elsewhere"), 0u);
  EXPECT_EQ(succeed("anna", "home"), 0u);
  fail_often("anna", "home", limits.login_failures_free);
  EXPECT_NE(fail("anna", "home"), 0u) << "there too guessing is slowed";
}

TEST_F(LoginThrottleTest, failures_are_forgotten_one_by_one) {
  fail_often("anna", "", limits.login_failures_free);
  clock.advance(seconds(1) + limits.login_wait_max);
  EXPECT_EQ(fail("anna", ""), 0u) << "one of five was forgotten";
  EXPECT_EQ(fail("anna", ""), 1000u);
  clock.advance(seconds(1) + limits.login_wait_max * 5);
  fail_often("anna", "", limits.login_failures_free);
}

TEST_F(LoginThrottleTest, an_office_that_mistypes_now_and_then_never_waits) {
  for (int minute = 0; minute < 1000; ++minute) {
    EXPECT_EQ(fail("user" + std::to_string(minute), "office"), 0u);
    clock.advance(minutes(1));
  }
}

TEST_F(LoginThrottleTest, attempts_side_by_side_are_bounded) {
  std::vector<LoginThrottle::Attempt> under_way;
  while (true) {
    auto attempt = throttle.begin(clock.now(), "anna", "");
    if (!attempt.has_value()) break;
    under_way.push_back(std::move(*attempt));
  }
  EXPECT_EQ(under_way.size(), 32u);
  for (auto& attempt : under_way) attempt.fail(clock.now());
  EXPECT_EQ(fail("anna", ""), 900'000u);
}

TEST_F(LoginThrottleTest, while_waiting_between_attempts_there_is_one_at_a_time) {
  fail_often("anna", "", limits.login_failures_free);
  clock.advance(seconds(1));
  auto one = throttle.begin(clock.now(), "anna", "");
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(fail("anna", ""), 1000u);
  one->fail(clock.now());
  EXPECT_EQ(fail("anna", ""), 2000u);
}

TEST_F(LoginThrottleTest, an_attempt_without_an_answer_does_not_count) {
  for (uint32_t i = 0; i < 100; ++i) EXPECT_TRUE(throttle.begin(clock.now(), "anna", "a").has_value());
  fail_often("anna", "a", limits.login_failures_free);
}

TEST_F(LoginThrottleTest, memory_is_bounded_and_the_oldest_goes) {
  limits.login_entries = 10;
  fail_often("first", "", limits.login_failures_free);
  for (int i = 0; i < 9; ++i) fail_often("user" + std::to_string(i), "", 1);
  EXPECT_EQ(throttle.size(), 10u);
  EXPECT_NE(fail("first", ""), 0u) << "at the limit it is still known";
  fail_often("one more", "", 1);
  EXPECT_EQ(throttle.size(), 10u);
  EXPECT_EQ(fail("first", ""), 0u);
}

TEST_F(LoginThrottleTest, an_entry_may_go_while_its_attempt_is_under_way) {
  limits.login_entries = 2;
  auto attempt = throttle.begin(clock.now(), "anna", "a");
  fail_often("ben", "b", 1);
  attempt->fail(clock.now());
  EXPECT_EQ(throttle.size(), 2u);
}

}  // namespace
}  // namespace kith::chat
