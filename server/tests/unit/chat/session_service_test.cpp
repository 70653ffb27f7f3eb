#include "chat/session_service.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/device_repository.hpp"
#include "store/user_repository.hpp"
#include "unit/chat/chat_fixture.hpp"

namespace kith::chat {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::field_of;
using testing::Person;
using testing::reason_of;

class SessionServiceTest : public testing::ChatTest {
 protected:
  Result<v1::LoginResponse> try_login(const std::string& username, std::string_view password = kPassword,
                                      const std::string& address = "192.0.2.1") {
    return run(sessions->login({.address = address, .device_name = "Test"}, login_of(username, password)));
  }
  std::vector<v1::Session> list(const Person& person) {
    const auto response = run(sessions->list_sessions(person.caller, {}));
    EXPECT_TRUE(response.has_value());
    return {response->sessions().begin(), response->sessions().end()};
  }
  Result<v1::RevokeSessionResponse> revoke(const Person& person, const std::string& session) {
    v1::RevokeSessionRequest request;
    request.set_session_id(session);
    return run(sessions->revoke_session(person.caller, request));
  }
  Result<v1::ChangePasswordResponse> change_password(const Person& person, std::string_view current,
                                                     std::string_view wanted) {
    v1::ChangePasswordRequest request;
    request.set_current_password(std::string(current));
    request.set_new_password(std::string(wanted));
    return run(sessions->change_password(person.caller, request));
  }
  std::optional<Reason> refusal(const Person& person) {
    return reason_of(run(session_cache->authenticate(person.token)));
  }
  std::vector<DeviceId> take_revoked() {
    settle();
    std::vector<DeviceId> devices;
    for (const auto& revoked : take_published<model::DeviceRevoked>()) devices.push_back(revoked.device);
    return devices;
  }
  void deactivate(UserId user) {
    const auto outcome = store::testing::write(*store, [&](store::WriteTransaction& transaction) -> Result<> {
      TRY_VOID(transaction.db().execute({"test", "UPDATE user SET state = 2 WHERE user_id = ?1", ""}, {user.value}));
      return {};
    });
    ASSERT_TRUE(outcome.has_value());
    session_cache->forget_user(user);
  }
  UnixMillis stored_seen(DeviceId device) {
    UnixMillis seen;
    (void)store::testing::read(*store, [&](store::ReadTransaction& transaction) -> Result<> {
      TRY(const auto found, store::DeviceRepository(transaction.db()).find(device));
      if (found) seen = found->seen_at;
      return {};
    });
    return seen;
  }
};

TEST_F(SessionServiceTest, the_name_in_any_case_and_the_password_sign_in) {
  const Person anna = make_person("Anna");
  const auto response = try_login(" ANNA ");
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->user().id(), anna.user.id());
  EXPECT_NE(response->token(), anna.token);
  const Caller caller = caller_of(response->token());
  EXPECT_EQ(caller.user, anna.caller.user);
  EXPECT_NE(caller.device, anna.caller.device);
  EXPECT_EQ(caller.role, model::ServerRole::kOwner);
}

TEST_F(SessionServiceTest, nobody_learns_whether_name_or_password_was_wrong) {
  make_person("anna");
  const auto wrong_password = try_login("anna", "wrong password");
  const auto unknown_name = try_login("nobody");
  const auto impossible_name = try_login("no body!");
  ASSERT_FALSE(wrong_password.has_value());
  EXPECT_EQ(wrong_password.error().reason, Reason::kWrongCredentials);
  ASSERT_FALSE(unknown_name.has_value());
  EXPECT_EQ(unknown_name.error(), wrong_password.error());
  ASSERT_FALSE(impossible_name.has_value());
  EXPECT_EQ(impossible_name.error(), wrong_password.error());
  deactivate(UserId{1});
  const auto deactivated = try_login("anna");
  ASSERT_FALSE(deactivated.has_value());
  EXPECT_EQ(deactivated.error(), wrong_password.error());
}

TEST_F(SessionServiceTest, empty_and_oversize_fields_are_named) {
  make_person("anna");
  EXPECT_EQ(field_of(try_login("")), "username");
  EXPECT_EQ(field_of(try_login("anna", "")), "password");
  EXPECT_EQ(reason_of(try_login("anna", std::string(limits.password_bytes + 1, 'x'))), Reason::kTooLong);
  v1::LoginRequest request = login_of("anna");
  request.set_device_name(std::string(limits.device_name_characters + 1, 'x'));
  EXPECT_EQ(field_of(run(sessions->login(here, request))), "device_name");
}

TEST_F(SessionServiceTest, guessing_is_slowed_and_the_wait_is_told) {
  make_person("anna");
  for (uint32_t i = 0; i < limits.login_failures_free; ++i) {
    EXPECT_EQ(reason_of(try_login("anna", "wrong password")), Reason::kWrongCredentials);
  }
  const auto refused = try_login("anna");
  EXPECT_EQ(reason_of(refused), Reason::kLoginBackoff);
  EXPECT_EQ(refused.error().retry_after_ms, 1000u);
  EXPECT_EQ(reason_of(try_login("anna", kPassword, "198.51.100.7")), Reason::kLoginBackoff);
  clock.advance(seconds(1));
  EXPECT_TRUE(try_login("anna").has_value());
}

TEST_F(SessionServiceTest, one_address_trying_many_names_is_slowed) {
  for (uint32_t i = 0; i < limits.login_failures_free_address; ++i) {
    EXPECT_EQ(reason_of(try_login("user" + std::to_string(i))), Reason::kWrongCredentials);
  }
  EXPECT_EQ(reason_of(try_login("another")), Reason::kLoginBackoff);
  EXPECT_EQ(reason_of(try_login("another", kPassword, "198.51.100.7")), Reason::kWrongCredentials);
}

TEST_F(SessionServiceTest, a_hash_of_another_cost_is_made_anew_at_login) {
  make_person("anna");
  password_cost.passes = 2;
  reopen();
  const auto stored_hash = [&] {
    std::string hash;
    (void)store::testing::read(*store, [&](store::ReadTransaction& transaction) -> Result<> {
      TRY(const auto found, store::UserRepository(transaction.db()).find_credentials(UserId{1}));
      hash = found->password_hash.reveal();
      return {};
    });
    return hash;
  };
  EXPECT_NE(stored_hash().find(",t=1,"), std::string::npos);
  sign_in("anna");
  EXPECT_NE(stored_hash().find(",t=2,"), std::string::npos);
  sign_in("anna");
}

TEST_F(SessionServiceTest, sessions_are_listed_by_newest_use) {
  const Person phone = make_person("anna");
  clock.advance(minutes(1));
  v1::LoginRequest request = login_of("anna");
  request.set_device_name("Firefox  on Linux");
  const auto response = run(sessions->login(here, request));
  ASSERT_TRUE(response.has_value());
  const Person laptop{.caller = caller_of(response->token()), .token = response->token(), .user = response->user()};
  clock.advance(minutes(1));
  const Person tablet = sign_in("anna");
  make_person("ben");

  clock.advance(minutes(1));
  const std::vector<v1::Session> sessions_now = list(laptop);
  ASSERT_EQ(sessions_now.size(), 3u);
  EXPECT_EQ(sessions_now[0].id(), ids.encode(laptop.caller.device));
  EXPECT_EQ(sessions_now[0].name(), "Firefox on Linux");
  EXPECT_TRUE(sessions_now[0].current());
  EXPECT_EQ(sessions_now[1].id(), ids.encode(tablet.caller.device));
  EXPECT_EQ(sessions_now[1].name(), "Test") << "the User-Agent's hint";
  EXPECT_FALSE(sessions_now[1].current());
  EXPECT_EQ(sessions_now[2].id(), ids.encode(phone.caller.device));

  clock.advance(minutes(1));
  ASSERT_TRUE(session_cache->find(phone.token).has_value());
  clock.advance(minutes(1));
  EXPECT_EQ(list(laptop)[1].id(), ids.encode(phone.caller.device)) << "uses in memory count before they are saved";
}

TEST_F(SessionServiceTest, a_revoked_session_ends_at_once) {
  const Person laptop = make_person("anna");
  const Person phone = sign_in("anna");
  ASSERT_TRUE(session_cache->find(phone.token).has_value());
  EXPECT_TRUE(revoke(laptop, ids.encode(phone.caller.device)).has_value());
  EXPECT_FALSE(session_cache->find(phone.token).has_value());
  EXPECT_EQ(refusal(phone), Reason::kSessionRevoked);
  EXPECT_EQ(refusal(laptop), std::nullopt);
  EXPECT_EQ(take_revoked(), std::vector{phone.caller.device});
  EXPECT_EQ(list(laptop).size(), 1u);
  EXPECT_EQ(reason_of(revoke(laptop, ids.encode(phone.caller.device))), Reason::kSessionNotFound);
}

TEST_F(SessionServiceTest, sessions_of_others_do_not_exist) {
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  EXPECT_EQ(reason_of(revoke(ben, ids.encode(anna.caller.device))), Reason::kSessionNotFound);
  EXPECT_EQ(reason_of(revoke(ben, "rubbish")), Reason::kSessionNotFound);
  EXPECT_EQ(reason_of(revoke(ben, ids.encode(ben.caller.user))), Reason::kSessionNotFound);
  EXPECT_EQ(refusal(anna), std::nullopt);
}

TEST_F(SessionServiceTest, logging_out_ends_the_session_that_asks) {
  const Person laptop = make_person("anna");
  const Person phone = sign_in("anna");
  EXPECT_TRUE(run(sessions->logout(laptop.caller, {})).has_value());
  EXPECT_EQ(refusal(laptop), Reason::kSessionRevoked);
  EXPECT_EQ(refusal(phone), std::nullopt);
  EXPECT_EQ(take_revoked(), std::vector{laptop.caller.device});
  EXPECT_TRUE(run(sessions->logout(laptop.caller, {})).has_value()) << "twice is no error";
  EXPECT_TRUE(take_revoked().empty());
}

TEST_F(SessionServiceTest, beyond_the_limit_the_session_unused_for_longest_ends) {
  limits.sessions_per_user = 3;
  const Person first = make_person("anna");
  clock.advance(minutes(1));
  const Person second = sign_in("anna");
  clock.advance(minutes(1));
  const Person third = sign_in("anna");
  clock.advance(minutes(1));
  caller_of(first.token);
  ASSERT_TRUE(run(sessions->save_seen()).has_value());
  clock.advance(minutes(1));
  const Person fourth = sign_in("anna");
  EXPECT_EQ(refusal(second), Reason::kSessionRevoked);
  for (const Person& person : {first, third, fourth}) EXPECT_EQ(refusal(person), std::nullopt);
  EXPECT_EQ(take_revoked(), std::vector{second.caller.device});
}

TEST_F(SessionServiceTest, a_session_ended_long_ago_is_forgotten) {
  const Person laptop = make_person("anna");
  const Person phone = sign_in("anna");
  ASSERT_TRUE(revoke(laptop, ids.encode(phone.caller.device)).has_value());
  clock.advance(std::chrono::hours(24 * 29));
  sign_in("anna");
  EXPECT_EQ(refusal(phone), Reason::kSessionRevoked);
  clock.advance(std::chrono::hours(24 * 2));
  sign_in("anna");
  EXPECT_EQ(refusal(phone), Reason::kNotSignedIn);
}

TEST_F(SessionServiceTest, a_new_password_ends_all_other_sessions) {
  const Person laptop = make_person("anna");
  const Person phone = sign_in("anna");
  const Person tablet = sign_in("anna");
  const Person ben = make_person("ben");
  EXPECT_TRUE(change_password(laptop, kPassword, "another long one").has_value());
  EXPECT_EQ(refusal(laptop), std::nullopt);
  EXPECT_EQ(refusal(ben), std::nullopt);
  EXPECT_EQ(refusal(phone), Reason::kSessionRevoked);
  EXPECT_EQ(refusal(tablet), Reason::kSessionRevoked);
  EXPECT_EQ(take_revoked().size(), 2u);
  EXPECT_EQ(reason_of(try_login("anna")), Reason::kWrongCredentials);
  EXPECT_TRUE(try_login("anna", "another long one").has_value());
}

TEST_F(SessionServiceTest, a_wrong_current_password_changes_nothing_and_guessing_it_is_slowed) {
  const Person anna = make_person("anna");
  for (uint32_t i = 0; i < limits.login_failures_free; ++i) {
    const auto refused = change_password(anna, "wrong password", "another long one");
    EXPECT_EQ(reason_of(refused), Reason::kWrongCredentials);
    EXPECT_EQ(field_of(refused), "current_password");
  }
  EXPECT_EQ(reason_of(change_password(anna, kPassword, "another long one")), Reason::kLoginBackoff);
  EXPECT_TRUE(try_login("anna").has_value()) << "logins are counted apart";
  clock.advance(seconds(1));
  EXPECT_TRUE(change_password(anna, kPassword, "another long one").has_value());
}

TEST_F(SessionServiceTest, new_passwords_have_limits) {
  const Person anna = make_person("anna");
  EXPECT_EQ(field_of(change_password(anna, "", "another long one")), "current_password");
  EXPECT_EQ(reason_of(change_password(anna, kPassword, "")), Reason::kMissingField);
  EXPECT_EQ(reason_of(change_password(anna, kPassword, "7letter")), Reason::kInvalidField);
  EXPECT_EQ(reason_of(change_password(anna, kPassword, std::string(limits.password_bytes + 1, 'x'))), Reason::kTooLong);
}

TEST_F(SessionServiceTest, a_login_with_the_old_password_does_not_outlive_its_change) {
  const Person anna = make_person("anna");
  testing::HeldWriter held(*store);
  v1::ChangePasswordRequest request;
  request.set_current_password(std::string(kPassword));
  request.set_new_password("another long one");
  const auto change = loop.start(sessions->change_password(anna.caller, request));
  loop.run_until([&] { return store->metrics().write_queue >= 1; });
  const auto login = loop.start(sessions->login(here, login_of("anna")));
  loop.run_until([&] { return store->metrics().write_queue >= 2; });
  held.release();
  loop.run_until([&] { return change->has_value() && login->has_value(); });
  EXPECT_TRUE((*change)->has_value());
  EXPECT_EQ(reason_of(**login), Reason::kWrongCredentials);
  EXPECT_EQ(list(anna).size(), 1u);
}

TEST_F(SessionServiceTest, a_revoked_session_cannot_change_the_password) {
  const Person laptop = make_person("anna");
  const Person phone = sign_in("anna");
  ASSERT_TRUE(revoke(laptop, ids.encode(phone.caller.device)).has_value());
  EXPECT_EQ(reason_of(change_password(phone, kPassword, "another long one")), Reason::kSessionRevoked);
  EXPECT_TRUE(try_login("anna").has_value());
}

TEST_F(SessionServiceTest, uses_are_saved_when_told_and_only_then) {
  const Person anna = make_person("anna");
  const UnixMillis before = stored_seen(anna.caller.device);
  clock.advance(minutes(10));
  caller_of(anna.token);
  EXPECT_EQ(stored_seen(anna.caller.device), before);
  ASSERT_TRUE(run(sessions->save_seen()).has_value());
  EXPECT_EQ(stored_seen(anna.caller.device), clock.wall());
  const uint64_t commands = store->metrics().commands;
  ASSERT_TRUE(run(sessions->save_seen()).has_value());
  EXPECT_EQ(store->metrics().commands, commands) << "without a use nothing is written";
}

}  // namespace
}  // namespace kith::chat
