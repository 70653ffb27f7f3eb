#include "chat/admin_service.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "unit/chat/chat_fixture.hpp"

namespace kith::chat {
namespace {

using testing::Person;
using testing::reason_of;

class AdminServiceTest : public testing::ChatTest {
 protected:
  void SetUp() override {
    ChatTest::SetUp();
    owner = make_person("owner");
    administration.emplace(Context{*store, ids, limits, clock}, port_checks, [this] {
      ++checks;
      v1::CheckCallPortsResponse found;
      found.add_ports()->set_port(7882);
      return found;
    });
  }
  void TearDown() override {
    administration.reset();
    ChatTest::TearDown();
  }

  testing::Loop port_checks;  ///< runs a check when the test lets it
  int checks = 0;
  Person owner;
  std::optional<AdminService> administration;
};

TEST_F(AdminServiceTest, tells_what_a_check_of_the_ports_found) {
  const auto found = loop.start(administration->check_call_ports(owner.caller, {}));
  port_checks.run_until([&] { return checks == 1; });
  loop.run_until([&] { return found->has_value(); });
  ASSERT_TRUE((*found)->has_value());
  EXPECT_EQ((**found)->ports(0).port(), 7882U);
}

TEST_F(AdminServiceTest, nobody_but_administrators_has_ports_checked) {
  const Person user = make_person("user");
  EXPECT_EQ(reason_of(run(administration->check_call_ports(user.caller, {}))), Reason::kNotAllowed);
  EXPECT_EQ(checks, 0);
}

TEST_F(AdminServiceTest, one_check_runs_at_a_time) {
  const auto one = loop.start(administration->check_call_ports(owner.caller, {}));
  const auto other = loop.start(administration->check_call_ports(owner.caller, {}));
  // The check stays where it is until port_checks runs it, so whichever comes second finds it at work.
  loop.run_until([&] { return one->has_value() || other->has_value(); });
  const auto refused = one->has_value() ? one : other;
  const auto waiting = one->has_value() ? other : one;
  EXPECT_EQ(reason_of(**refused), Reason::kBusy);
  EXPECT_GT((*refused)->error().retry_after_ms, 0U);

  port_checks.run_until([&] { return checks == 1; });
  loop.run_until([&] { return waiting->has_value(); });
  EXPECT_TRUE((*waiting)->has_value());
  const auto later = loop.start(administration->check_call_ports(owner.caller, {}));
  port_checks.run_until([&] { return checks == 2; });
  loop.run_until([&] { return later->has_value(); });
  EXPECT_TRUE((*later)->has_value());
}

}  // namespace
}  // namespace kith::chat
