#include "chat/admin_service.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "unit/chat/chat_fixture.hpp"

namespace kith::chat {
namespace {

using testing::Person;
using testing::reason_of;

/// Keeps jobs until the test lets them run.
class Held final : public Executor {
 public:
  void post(Job job) override { jobs_.push_back(std::move(job)); }
  [[nodiscard]] bool is_empty() const { return jobs_.empty(); }
  void run() {
    for (Job& job : std::exchange(jobs_, {})) job();
  }

 private:
  std::vector<Job> jobs_;
};

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

  using Answer = std::shared_ptr<std::optional<Result<v1::CheckCallPortsResponse>>>;
  Answer start_check() { return loop.start(administration->check_call_ports(owner.caller, {})); }
  /// Lets the check that waits find what it finds.
  Result<v1::CheckCallPortsResponse> finish(const Answer& answer) {
    loop.run_until([&] { return !port_checks.is_empty(); });
    port_checks.run();
    loop.run_until([&] { return answer->has_value(); });
    return **answer;
  }

  Held port_checks;
  int checks = 0;
  Person owner;
  std::optional<AdminService> administration;
};

TEST_F(AdminServiceTest, tells_what_a_check_of_the_ports_found) {
  const auto found = finish(start_check());
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->ports(0).port(), 7882U);
}

TEST_F(AdminServiceTest, nobody_but_administrators_has_ports_checked) {
  const Person user = make_person("user");
  EXPECT_EQ(reason_of(run(administration->check_call_ports(user.caller, {}))), Reason::kNotAllowed);
  EXPECT_EQ(checks, 0);
}

TEST_F(AdminServiceTest, one_check_runs_at_a_time) {
  const Answer one = start_check();
  const Answer other = start_check();
  // The check stays where it is until the test lets it run, so whichever comes second finds it at work.
  loop.run_until([&] { return one->has_value() || other->has_value(); });
  const Answer refused = one->has_value() ? one : other;
  EXPECT_EQ(reason_of(**refused), Reason::kBusy);
  EXPECT_GT((*refused)->error().retry_after_ms, 0U);

  EXPECT_TRUE(finish(one->has_value() ? other : one).has_value());
  EXPECT_TRUE(finish(start_check()).has_value());
  EXPECT_EQ(checks, 2);
}

}  // namespace
}  // namespace kith::chat
