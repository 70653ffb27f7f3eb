#include "chat/account_service.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "unit/chat/chat_fixture.hpp"

namespace kith::chat {
namespace {

using testing::field_of;
using testing::Person;
using testing::reason_of;

class AccountServiceTest : public testing::ChatTest {
 protected:
  Result<v1::RegisterResponse> try_register(const v1::RegisterRequest& request) {
    return run(accounts->register_account(here, request));
  }
  v1::GetServerResponse server() { return run(accounts->get_server({})).value_or(v1::GetServerResponse{}); }
  void set_policy(const Person& owner, v1::RegistrationPolicy policy) {
    v1::UpdateServerRequest request;
    request.set_registration(policy);
    ASSERT_TRUE(run(accounts->update_server(owner.caller, request)).has_value());
  }
  std::string invite(const Person& owner, uint32_t uses = 0, uint32_t hours = 0) {
    v1::CreateInvitationRequest request;
    request.set_uses(uses);
    request.set_valid_hours(hours);
    const auto response = run(accounts->create_invitation(owner.caller, request));
    EXPECT_TRUE(response.has_value()) << response.error().message;
    return response.has_value() ? response->token() : "";
  }
  Result<v1::RegisterResponse> register_invited(const std::string& username, const std::string& invitation) {
    v1::RegisterRequest request = registration(username);
    request.set_invitation(invitation);
    return try_register(request);
  }
  /// Runs two registrations whose writes fall into one commit group.
  std::pair<Result<v1::RegisterResponse>, Result<v1::RegisterResponse>> register_in_one_group(
      const v1::RegisterRequest& one, const v1::RegisterRequest& other) {
    testing::HeldWriter held(*store);
    // One after the other: a registration reads before it writes, and readers keep no order among themselves.
    const auto first = loop.start(accounts->register_account(here, one));
    loop.run_until([&] { return store->metrics().write_queue >= 1; });
    const auto second = loop.start(accounts->register_account(here, other));
    loop.run_until([&] { return store->metrics().write_queue >= 2; });
    held.release();
    loop.run_until([&] { return first->has_value() && second->has_value(); });
    return {**first, **second};
  }
};

TEST_F(AccountServiceTest, a_new_server_waits_for_its_first_account_and_is_open) {
  const v1::GetServerResponse fresh = server();
  EXPECT_TRUE(fresh.needs_first_account());
  EXPECT_EQ(fresh.name(), "Kith");
  EXPECT_EQ(fresh.registration(), v1::REGISTRATION_POLICY_OPEN);
  EXPECT_EQ(fresh.version(), "1.2.3");
  EXPECT_EQ(fresh.limits().message_bytes(), limits.message_bytes);
  EXPECT_EQ(fresh.limits().page_size(), limits.page_size);
  EXPECT_EQ(fresh.limits().password_characters_min(), limits.password_characters_min);
  make_person("anna");
  EXPECT_FALSE(server().needs_first_account());
}

TEST_F(AccountServiceTest, the_first_account_owns_the_server_and_names_it) {
  v1::RegisterRequest request = registration("Anna", "  Anna   Müller ");
  request.set_server_name("The Müllers");
  const auto first = try_register(request);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->user().username(), "anna");
  EXPECT_EQ(first->user().display_name(), "Anna Müller");
  EXPECT_EQ(first->user().role(), v1::SERVER_ROLE_OWNER);
  EXPECT_EQ(first->welcome_room_id(), ids.encode(RoomId{1}));
  EXPECT_TRUE(first->token().starts_with("kith_"));
  EXPECT_EQ(server().name(), "The Müllers");

  request = registration("ben");
  request.set_server_name("Ben's");
  const auto second = try_register(request);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->user().role(), v1::SERVER_ROLE_USER);
  EXPECT_EQ(second->user().display_name(), "ben");
  EXPECT_EQ(server().name(), "The Müllers") << "only the first account names the server";
}

TEST_F(AccountServiceTest, accounts_survive_a_restart) {
  const Person anna = make_person("anna");
  reopen();
  EXPECT_EQ(caller_of(anna.token), anna.caller);
  EXPECT_EQ(reason_of(try_register(registration("anna"))), Reason::kNameTaken);
  EXPECT_EQ(sign_in("anna").caller.user, anna.caller.user);
}

TEST_F(AccountServiceTest, of_two_first_accounts_in_one_group_one_becomes_the_owner) {
  const auto [one, other] = register_in_one_group(registration("anna"), registration("ben"));
  ASSERT_TRUE(one.has_value() && other.has_value());
  EXPECT_EQ(one->user().role(), v1::SERVER_ROLE_OWNER);
  EXPECT_EQ(other->user().role(), v1::SERVER_ROLE_USER);
}

TEST_F(AccountServiceTest, of_two_equal_names_in_one_group_one_wins) {
  make_person("owner");
  const auto [one, other] = register_in_one_group(registration("Anna"), registration("ANNA"));
  EXPECT_TRUE(one.has_value());
  EXPECT_EQ(reason_of(other), Reason::kNameTaken);
  EXPECT_EQ(field_of(other), "username");
}

TEST_F(AccountServiceTest, the_last_use_of_an_invitation_in_one_group_lets_one_in) {
  const Person owner = make_person("owner");
  set_policy(owner, v1::REGISTRATION_POLICY_INVITATION);
  v1::RegisterRequest anna = registration("anna");
  anna.set_invitation(invite(owner));
  v1::RegisterRequest ben = registration("ben");
  ben.set_invitation(anna.invitation());
  const auto [one, other] = register_in_one_group(anna, ben);
  EXPECT_TRUE(one.has_value());
  EXPECT_EQ(reason_of(other), Reason::kInvitationRequired);
}

TEST_F(AccountServiceTest, a_failing_welcome_undoes_the_registration) {
  on_account_created = [](store::WriteTransaction&, UserId, bool) -> Result<RoomId> {
    return fail(Reason::kInternal, "no room");
  };
  EXPECT_EQ(reason_of(try_register(registration("anna"))), Reason::kInternal);
  EXPECT_TRUE(server().needs_first_account());
  on_account_created = {};
  EXPECT_EQ(make_person("anna").user.role(), v1::SERVER_ROLE_OWNER);
}

TEST_F(AccountServiceTest, the_welcome_is_told_who_came_and_whether_first) {
  std::vector<std::pair<UserId, bool>> told;
  on_account_created = [&](store::WriteTransaction&, UserId user, bool is_first) -> Result<RoomId> {
    told.emplace_back(user, is_first);
    return RoomId{9};
  };
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  const std::vector<std::pair<UserId, bool>> expected{{anna.caller.user, true}, {ben.caller.user, false}};
  EXPECT_EQ(told, expected);
}

TEST_F(AccountServiceTest, without_a_welcome_room_none_is_named) {
  on_account_created = [](store::WriteTransaction&, UserId, bool) -> Result<RoomId> { return RoomId{}; };
  EXPECT_EQ(try_register(registration("anna"))->welcome_room_id(), "");
}

TEST_F(AccountServiceTest, a_new_account_is_published) {
  const Person anna = make_person("anna");
  settle();
  const auto profiles = take_published<model::ProfileCommitted>();
  ASSERT_EQ(profiles.size(), 1u);
  EXPECT_EQ(profiles[0].user.id, anna.caller.user);
}

TEST_F(AccountServiceTest, each_wrong_field_is_named) {
  const auto expect = [&](const v1::RegisterRequest& request, Reason reason, std::string_view field) {
    const auto answer = try_register(request);
    EXPECT_EQ(reason_of(answer), reason) << field;
    EXPECT_EQ(field_of(answer), field);
  };
  expect(registration(""), Reason::kMissingField, "username");
  expect(registration("a"), Reason::kInvalidField, "username");
  expect(registration(std::string(limits.username_characters + 1, 'a')), Reason::kTooLong, "username");
  expect(registration("with space"), Reason::kInvalidField, "username");
  for (const char* reserved : {"all", "Everyone", "HERE", "Kith"}) {
    expect(registration(reserved), Reason::kInvalidField, "username");
  }
  expect(registration("anna", std::string(limits.name_characters + 1, 'x')), Reason::kTooLong, "display_name");
  expect(registration("anna", "two\u202Etxt.exe"), Reason::kInvalidField, "display_name");
  v1::RegisterRequest request = registration("anna");
  request.set_password("");
  expect(request, Reason::kMissingField, "password");
  request.set_password(std::string(limits.password_characters_min - 1, 'x'));
  expect(request, Reason::kInvalidField, "password");
  request.set_password(std::string(limits.password_bytes + 1, 'x'));
  expect(request, Reason::kTooLong, "password");
  request = registration("anna");
  request.set_device_name(std::string(limits.device_name_characters + 1, 'x'));
  expect(request, Reason::kTooLong, "device_name");
  request = registration("anna");
  request.set_server_name(std::string(limits.name_characters + 1, 'x'));
  expect(request, Reason::kTooLong, "server_name");
  EXPECT_TRUE(server().needs_first_account());
}

TEST_F(AccountServiceTest, names_and_passwords_of_exactly_the_limits_pass) {
  v1::RegisterRequest request =
      registration(std::string(limits.username_characters, 'a'), std::string(limits.name_characters, 'x'));
  request.set_password(std::string(limits.password_bytes, 'x'));
  request.set_device_name(std::string(limits.device_name_characters, 'x'));
  EXPECT_TRUE(try_register(request).has_value());
  request = registration("ab");
  request.set_password("äöüäöüäö");  // 8 characters
  EXPECT_TRUE(try_register(request).has_value());
}

TEST_F(AccountServiceTest, a_closed_server_takes_nobody) {
  const Person owner = make_person("owner");
  set_policy(owner, v1::REGISTRATION_POLICY_CLOSED);
  EXPECT_EQ(server().registration(), v1::REGISTRATION_POLICY_CLOSED);
  EXPECT_EQ(reason_of(try_register(registration("anna"))), Reason::kRegistrationClosed);
  EXPECT_EQ(reason_of(register_invited("anna", invite(owner))), Reason::kRegistrationClosed);
  set_policy(owner, v1::REGISTRATION_POLICY_OPEN);
  EXPECT_TRUE(try_register(registration("anna")).has_value());
}

TEST_F(AccountServiceTest, an_invitation_lets_in_as_many_as_it_says) {
  const Person owner = make_person("owner");
  set_policy(owner, v1::REGISTRATION_POLICY_INVITATION);
  const std::string invitation = invite(owner, 2);
  EXPECT_EQ(reason_of(try_register(registration("anna"))), Reason::kInvitationRequired);
  EXPECT_EQ(reason_of(register_invited("anna", invitation + "x")), Reason::kInvitationRequired);
  EXPECT_EQ(reason_of(register_invited("owner", invitation)), Reason::kNameTaken) << "and takes no use";
  EXPECT_TRUE(register_invited("anna", invitation).has_value());
  EXPECT_TRUE(register_invited("ben", invitation).has_value());
  EXPECT_EQ(reason_of(register_invited("carl", invitation)), Reason::kInvitationRequired);
}

TEST_F(AccountServiceTest, an_invitation_ends_after_its_hours) {
  const Person owner = make_person("owner");
  set_policy(owner, v1::REGISTRATION_POLICY_INVITATION);
  const std::string short_one = invite(owner, 1, 1);
  const std::string usual = invite(owner);
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(reason_of(register_invited("anna", short_one)), Reason::kInvitationRequired);
  clock.advance(std::chrono::hours(166));
  EXPECT_TRUE(register_invited("anna", usual).has_value());
  const std::string next = invite(owner);
  clock.advance(std::chrono::hours(168));
  EXPECT_EQ(reason_of(register_invited("ben", next)), Reason::kInvitationRequired);
}

TEST_F(AccountServiceTest, invitations_have_limits) {
  const Person owner = make_person("owner");
  const auto ask = [&](uint32_t uses, uint32_t hours) {
    v1::CreateInvitationRequest request;
    request.set_uses(uses);
    request.set_valid_hours(hours);
    return run(accounts->create_invitation(owner.caller, request));
  };
  EXPECT_TRUE(ask(limits.invitation_uses, limits.invitation_hours).has_value());
  EXPECT_EQ(field_of(ask(limits.invitation_uses + 1, 1)), "uses");
  EXPECT_EQ(field_of(ask(1, limits.invitation_hours + 1)), "valid_hours");

  limits.invitations = 3;
  EXPECT_TRUE(ask(1, 1).has_value());
  EXPECT_TRUE(ask(1, 1).has_value());
  EXPECT_EQ(reason_of(ask(1, 1)), Reason::kTooMany);
  clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(ask(1, 1).has_value()) << "expired ones make room";
}

TEST_F(AccountServiceTest, only_owner_and_administrators_invite_and_change_the_server) {
  const Person owner = make_person("owner");
  const Person anna = make_person("anna");
  EXPECT_EQ(reason_of(run(accounts->create_invitation(anna.caller, {}))), Reason::kNotAllowed);
  v1::UpdateServerRequest request;
  request.set_name("Anna's");
  EXPECT_EQ(reason_of(run(accounts->update_server(anna.caller, request))), Reason::kNotAllowed);
  Caller pretended = anna.caller;
  pretended.role = model::ServerRole::kOwner;
  EXPECT_EQ(reason_of(run(accounts->update_server(pretended, request))), Reason::kNotAllowed)
      << "the stored role decides";
  EXPECT_TRUE(run(accounts->update_server(owner.caller, request)).has_value());
}

TEST_F(AccountServiceTest, the_server_can_be_renamed) {
  const Person owner = make_person("owner");
  v1::UpdateServerRequest request;
  request.set_name("  The   Office ");
  const auto response = run(accounts->update_server(owner.caller, request));
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->server().name(), "The Office");
  EXPECT_EQ(server().name(), "The Office");
  request.set_name(" ");
  EXPECT_EQ(reason_of(run(accounts->update_server(owner.caller, request))), Reason::kMissingField);
  request.set_name(std::string(limits.name_characters + 1, 'x'));
  EXPECT_EQ(reason_of(run(accounts->update_server(owner.caller, request))), Reason::kTooLong);
  request.clear_name();
  request.set_registration(v1::REGISTRATION_POLICY_UNSPECIFIED);
  EXPECT_EQ(field_of(run(accounts->update_server(owner.caller, request))), "registration");
  request.set_registration(static_cast<v1::RegistrationPolicy>(4));
  EXPECT_EQ(field_of(run(accounts->update_server(owner.caller, request))), "registration");
}

TEST_F(AccountServiceTest, no_secret_is_stored_readable) {
  const Person owner = make_person("owner");
  const std::string invitation = invite(owner);
  close();
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_NE(bytes.find("owner"), std::string::npos);
  EXPECT_EQ(bytes.find(owner.token.substr(5)), std::string::npos);
  EXPECT_EQ(bytes.find(invitation.substr(11)), std::string::npos);
  EXPECT_EQ(bytes.find(kPassword), std::string::npos);
  open();
}

}  // namespace
}  // namespace kith::chat
