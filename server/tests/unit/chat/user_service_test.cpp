#include "chat/user_service.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "unit/chat/chat_fixture.hpp"

namespace kith::chat {
namespace {

using testing::field_of;
using testing::Person;
using testing::reason_of;

class UserServiceTest : public testing::ChatTest {
 protected:
  v1::GetMeResponse me(const Person& person) {
    return run(users->get_me(person.caller, {})).value_or(v1::GetMeResponse{});
  }
  Result<v1::ListUsersResponse> list(const Person& person, const std::string& query = {}, uint32_t limit = 0,
                                     const std::string& cursor = {}) {
    v1::ListUsersRequest request;
    request.set_query(query);
    request.set_limit(limit);
    request.set_cursor(cursor);
    return run(users->list_users(person.caller, request));
  }
  std::vector<std::string> names(const Person& person, const std::string& query) {
    std::vector<std::string> found;
    const v1::ListUsersResponse page = list(person, query).value_or(v1::ListUsersResponse{});
    for (const auto& user : page.users()) {
      found.push_back(user.username());
    }
    return found;
  }
  Result<v1::SetSettingResponse> set(const Person& person, const std::string& key, const std::string& value) {
    v1::SetSettingRequest request;
    request.mutable_setting()->set_key(key);
    request.mutable_setting()->set_value(value);
    return run(users->set_setting(person.caller, request));
  }
  Result<v1::UpdateProfileResponse> rename(const Person& person, const std::string& display_name) {
    v1::UpdateProfileRequest request;
    request.set_display_name(display_name);
    return run(users->update_profile(person.caller, request));
  }
  void deactivate(UserId user) {
    const auto outcome = store::testing::write(*store, [&](store::WriteTransaction& transaction) -> Result<> {
      TRY_VOID(transaction.db().execute({"test", "UPDATE user SET state = 2 WHERE user_id = ?1", ""}, {user.value}));
      return {};
    });
    ASSERT_TRUE(outcome.has_value());
  }

  using Names = std::vector<std::string>;
};

TEST_F(UserServiceTest, the_caller_sees_the_own_account_and_settings) {
  const Person anna = make_person("anna", "Anna");
  ASSERT_TRUE(set(anna, "theme", "dark").has_value());
  ASSERT_TRUE(set(anna, "language", "de").has_value());
  const v1::GetMeResponse response = me(anna);
  EXPECT_EQ(response.user().id(), ids.encode(anna.caller.user));
  EXPECT_EQ(response.user().created_at().seconds(), clock.wall().value / 1000);
  EXPECT_EQ(response.presence_privacy(), v1::PRESENCE_PRIVACY_EVERYBODY);
  ASSERT_EQ(response.settings_size(), 2);
  EXPECT_EQ(response.settings(0).key(), "language");
  EXPECT_EQ(response.settings(1).value(), "dark");
}

TEST_F(UserServiceTest, a_changed_profile_is_stored_and_told) {
  const Person anna = make_person("anna", "Anna");
  settle();
  (void)take_published<model::ProfileCommitted>();
  v1::UpdateProfileRequest request;
  request.set_display_name(" Anna  Müller ");
  request.set_bio("Gardener.\nReads.\n");
  const auto response = run(users->update_profile(anna.caller, request));
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->user().display_name(), "Anna Müller");
  EXPECT_EQ(response->user().bio(), "Gardener.\nReads.");
  EXPECT_EQ(me(anna).user().display_name(), "Anna Müller");
  settle();
  EXPECT_EQ(take_published<model::ProfileCommitted>().size(), 1u);
  const auto own = take_published<model::OwnStateCommitted>();
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].user, anna.caller.user);
  EXPECT_GT(own[0].version, 0);
  EXPECT_EQ(std::get<model::User>(own[0].row).bio, "Gardener.\nReads.");

  request.clear_display_name();
  request.set_bio("");
  ASSERT_TRUE(run(users->update_profile(anna.caller, request)).has_value());
  EXPECT_EQ(me(anna).user().bio(), "");
  EXPECT_EQ(me(anna).user().display_name(), "Anna Müller") << "unset fields stay";
}

TEST_F(UserServiceTest, a_change_that_changes_nothing_tells_nothing) {
  const Person anna = make_person("anna", "Anna");
  settle();
  (void)take_published<model::ProfileCommitted>();
  ASSERT_TRUE(rename(anna, "Anna").has_value());
  settle();
  EXPECT_TRUE(take_published<model::ProfileCommitted>().empty());
  EXPECT_TRUE(take_published<model::OwnStateCommitted>().empty());
}

TEST_F(UserServiceTest, profiles_have_limits) {
  const Person anna = make_person("anna");
  const auto bio = [&](const std::string& text) {
    v1::UpdateProfileRequest request;
    request.set_bio(text);
    return run(users->update_profile(anna.caller, request));
  };
  EXPECT_TRUE(rename(anna, std::string(limits.name_characters, 'x')).has_value());
  EXPECT_EQ(reason_of(rename(anna, std::string(limits.name_characters + 1, 'x'))), Reason::kTooLong);
  EXPECT_EQ(reason_of(rename(anna, " \u200B ")), Reason::kMissingField);
  EXPECT_EQ(field_of(rename(anna, "a\u202Eb")), "display_name");
  EXPECT_TRUE(bio(std::string(limits.topic_characters, 'x')).has_value());
  EXPECT_EQ(reason_of(bio(std::string(limits.topic_characters + 1, 'x'))), Reason::kTooLong);
  v1::UpdateProfileRequest request;
  request.set_presence_privacy(static_cast<v1::PresencePrivacy>(3));
  EXPECT_EQ(field_of(run(users->update_profile(anna.caller, request))), "presence_privacy");
}

TEST_F(UserServiceTest, who_hides_shows_others_neither_presence_nor_last_seen) {
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  presence->connect(anna.caller.user, anna.caller.device);
  const auto seen_by_ben = [&] {
    v1::GetUserRequest request;
    request.add_user_ids(anna.user.id());
    return run(users->get_user(ben.caller, request))->users(0).presence();
  };
  EXPECT_EQ(seen_by_ben().state(), v1::PRESENCE_STATE_ONLINE);
  EXPECT_TRUE(seen_by_ben().has_last_seen_at());

  v1::UpdateProfileRequest request;
  request.set_presence_privacy(v1::PRESENCE_PRIVACY_NOBODY);
  ASSERT_TRUE(run(users->update_profile(anna.caller, request)).has_value());
  EXPECT_EQ(seen_by_ben().state(), v1::PRESENCE_STATE_UNSPECIFIED);
  EXPECT_FALSE(seen_by_ben().has_last_seen_at());
  const auto directory = list(ben);
  for (const auto& user : directory->users()) {
    const bool is_seen = user.presence().state() != v1::PRESENCE_STATE_UNSPECIFIED;
    EXPECT_EQ(is_seen, user.username() != "anna");
  }
  EXPECT_EQ(me(anna).user().presence().state(), v1::PRESENCE_STATE_ONLINE);
  EXPECT_EQ(me(anna).presence_privacy(), v1::PRESENCE_PRIVACY_NOBODY);

  request.set_presence_privacy(v1::PRESENCE_PRIVACY_UNSPECIFIED);
  ASSERT_TRUE(run(users->update_profile(anna.caller, request)).has_value());
  EXPECT_EQ(seen_by_ben().state(), v1::PRESENCE_STATE_ONLINE);
}

TEST_F(UserServiceTest, a_device_says_whether_it_is_in_use) {
  const Person anna = make_person("anna");
  presence->connect(anna.caller.user, anna.caller.device);
  v1::SetPresenceRequest request;
  request.set_state(v1::PRESENCE_STATE_AWAY);
  ASSERT_TRUE(run(users->set_presence(anna.caller, request)).has_value());
  EXPECT_EQ(me(anna).user().presence().state(), v1::PRESENCE_STATE_AWAY);
  for (const auto state : {v1::PRESENCE_STATE_UNSPECIFIED, v1::PRESENCE_STATE_OFFLINE, v1::PresenceState(9)}) {
    request.set_state(state);
    EXPECT_EQ(field_of(run(users->set_presence(anna.caller, request))), "state");
  }
}

TEST_F(UserServiceTest, users_are_found_by_the_beginnings_of_their_names) {
  const Person anna = make_person("anna", "Zoë Müller-Lüdenscheidt");
  make_person("ben", "Anton Ångström");
  make_person("carl", "王小明");
  make_person("dora", "Дора Ёлкина");
  EXPECT_EQ(names(anna, ""), (Names{"anna", "ben", "carl", "dora"}));
  EXPECT_EQ(names(anna, "an"), (Names{"anna", "ben"})) << "user name and a word of the display name";
  EXPECT_EQ(names(anna, "@ANNA"), (Names{"anna"}));
  EXPECT_EQ(names(anna, "zoe m"), (Names{"anna"}));
  EXPECT_EQ(names(anna, "muller"), (Names{"anna"}));
  EXPECT_EQ(names(anna, "luden"), (Names{"anna"}));
  EXPECT_EQ(names(anna, "ANGS"), (Names{"ben"}));
  EXPECT_EQ(names(anna, "王"), (Names{"carl"}));
  EXPECT_EQ(names(anna, "елк"), (Names{"dora"}));
  EXPECT_EQ(names(anna, "uller"), Names{}) << "beginnings only";
  EXPECT_EQ(names(anna, "%"), Names{});
  EXPECT_EQ(names(anna, "_"), Names{});
}

TEST_F(UserServiceTest, a_new_display_name_replaces_the_words_of_the_old) {
  const Person anna = make_person("anna", "Zoë");
  ASSERT_TRUE(rename(anna, "Maria").has_value());
  EXPECT_EQ(names(anna, "zoe"), Names{});
  EXPECT_EQ(names(anna, "mar"), (Names{"anna"}));
  EXPECT_EQ(names(anna, "anna"), (Names{"anna"}));
}

TEST_F(UserServiceTest, pages_stay_whole_while_people_come) {
  const Person owner = make_person("owner");
  for (const char* name : {"b", "d", "f", "h", "j"}) make_person(std::string("user-") + name, "Shared Name");
  for (const std::string query : {"", "shared", "user-"}) {
    std::vector<std::string> seen;
    std::string cursor;
    int round = 0;
    do {
      const auto page = list(owner, query, 2, cursor);
      ASSERT_TRUE(page.has_value()) << page.error().message;
      EXPECT_LE(page->users_size(), 2);
      for (const auto& user : page->users()) seen.push_back(user.username());
      cursor = page->next_cursor();
      // Somebody comes before and behind the place of the cursor.
      make_person("user-a" + std::to_string(round) + query, "Shared Name");
      ++round;
    } while (!cursor.empty());
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size()) << "nobody twice";
    for (const char* name : {"b", "d", "f", "h", "j"}) {
      EXPECT_EQ(std::ranges::count(seen, std::string("user-") + name), 1) << name;
    }
  }
}

TEST_F(UserServiceTest, the_last_full_page_has_no_cursor) {
  const Person anna = make_person("anna");
  make_person("ben");
  EXPECT_TRUE(list(anna, "", 2)->next_cursor().empty());
  EXPECT_FALSE(list(anna, "", 1)->next_cursor().empty());
}

TEST_F(UserServiceTest, pages_are_never_longer_than_the_limit) {
  limits.page_size = 3;
  const Person anna = make_person("anna");
  for (int i = 0; i < 4; ++i) make_person("user" + std::to_string(i));
  EXPECT_EQ(list(anna, "", 3)->users_size(), 3);
  EXPECT_EQ(list(anna, "", 4)->users_size(), 3);
  EXPECT_EQ(list(anna, "", 4'000'000'000)->users_size(), 3);
}

TEST_F(UserServiceTest, cursors_of_other_lists_are_refused) {
  const Person anna = make_person("anna");
  make_person("ben");
  const std::string cursor = list(anna, "", 1)->next_cursor();
  EXPECT_EQ(reason_of(list(anna, "b", 1, cursor)), Reason::kBadCursor);
  EXPECT_EQ(reason_of(list(anna, "", 1, "!")), Reason::kBadCursor);
  EXPECT_EQ(reason_of(list(anna, "", 1, cursor + "A")), std::nullopt) << "a longer name is another place";
  EXPECT_EQ(reason_of(list(anna, "", 1, std::string(10'000, 'A'))), Reason::kBadCursor);
}

TEST_F(UserServiceTest, queries_have_a_limit) {
  const Person anna = make_person("anna");
  EXPECT_TRUE(list(anna, std::string(limits.query_bytes, 'a')).has_value());
  EXPECT_EQ(reason_of(list(anna, std::string(limits.query_bytes + 1, 'a'))), Reason::kTooLong);
}

TEST_F(UserServiceTest, deactivated_users_leave_the_directory_but_keep_their_names) {
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  deactivate(ben.caller.user);
  EXPECT_EQ(names(anna, ""), (Names{"anna"}));
  EXPECT_EQ(names(anna, "ben"), Names{});
  v1::GetUserRequest request;
  request.set_username("ben");
  const auto found = run(users->get_user(anna.caller, request));
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->users(0).deactivated());
}

TEST_F(UserServiceTest, users_come_in_the_order_asked_for_and_once) {
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  v1::GetUserRequest request;
  for (const std::string& id :
       {ben.user.id(), std::string("nonsense"), ids.encode(UserId{99}), anna.user.id(), ben.user.id()}) {
    request.add_user_ids(id);
  }
  request.set_username("BEN");
  const auto found = run(users->get_user(anna.caller, request));
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->users_size(), 2);
  EXPECT_EQ(found->users(0).username(), "ben");
  EXPECT_EQ(found->users(1).username(), "anna");
}

TEST_F(UserServiceTest, asking_for_nobody_nonsense_or_too_many_fails) {
  const Person anna = make_person("anna");
  v1::GetUserRequest request;
  EXPECT_EQ(reason_of(run(users->get_user(anna.caller, request))), Reason::kMissingField);
  request.set_username("nobody");
  EXPECT_EQ(reason_of(run(users->get_user(anna.caller, request))), Reason::kUserNotFound);
  request.set_username("no body");
  EXPECT_EQ(reason_of(run(users->get_user(anna.caller, request))), Reason::kUserNotFound);
  for (size_t i = 0; i < limits.page_size; ++i) request.add_user_ids(anna.user.id());
  EXPECT_TRUE(run(users->get_user(anna.caller, request)).has_value());
  request.add_user_ids(anna.user.id());
  EXPECT_EQ(reason_of(run(users->get_user(anna.caller, request))), Reason::kTooMany);
}

TEST_F(UserServiceTest, a_setting_reaches_the_users_other_devices) {
  const Person anna = make_person("anna");
  ASSERT_TRUE(set(anna, "theme", "dark").has_value());
  settle();
  const auto told = take_published<model::OwnStateCommitted>();
  ASSERT_EQ(told.size(), 1u);
  const auto& item = std::get<model::UserItem>(told[0].row);
  EXPECT_EQ(item.kind, "setting");
  EXPECT_EQ(item.key, "theme");
  EXPECT_EQ(item.value, "dark");
  ASSERT_TRUE(set(anna, "theme", "dark").has_value());
  ASSERT_TRUE(set(anna, "never set", "").has_value());
  settle();
  EXPECT_TRUE(take_published<model::OwnStateCommitted>().empty()) << "no change, no news";
  ASSERT_TRUE(set(anna, "theme", "").has_value());
  EXPECT_EQ(me(anna).settings_size(), 0);
}

TEST_F(UserServiceTest, settings_are_ones_own) {
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  ASSERT_TRUE(set(anna, "theme", "dark").has_value());
  EXPECT_EQ(me(ben).settings_size(), 0);
}

TEST_F(UserServiceTest, settings_have_limits) {
  const Person anna = make_person("anna");
  EXPECT_EQ(field_of(set(anna, "", "x")), "setting.key");
  EXPECT_TRUE(set(anna, std::string(limits.setting_key_bytes, 'k'), "x").has_value());
  EXPECT_EQ(reason_of(set(anna, std::string(limits.setting_key_bytes + 1, 'k'), "x")), Reason::kTooLong);
  EXPECT_EQ(reason_of(set(anna, "a\nb", "x")), Reason::kInvalidField);
  EXPECT_TRUE(set(anna, "value", std::string(limits.setting_value_bytes, 'v')).has_value());
  EXPECT_EQ(field_of(set(anna, "value", std::string(limits.setting_value_bytes + 1, 'v'))), "setting.value");
}

TEST_F(UserServiceTest, the_number_of_settings_is_bounded_and_removed_ones_make_room) {
  limits.settings_per_user = 3;
  const Person anna = make_person("anna");
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(set(anna, key, "1").has_value());
  EXPECT_EQ(reason_of(set(anna, "d", "1")), Reason::kTooMany);
  EXPECT_TRUE(set(anna, "a", "2").has_value()) << "those that exist can change";
  ASSERT_TRUE(set(anna, "b", "").has_value());
  EXPECT_TRUE(set(anna, "d", "1").has_value());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(set(anna, "d", "").has_value());
    ASSERT_TRUE(set(anna, "d", std::to_string(i + 1)).has_value());
    ASSERT_TRUE(set(anna, "d", "").has_value());
    const std::string key = "k" + std::to_string(i);
    ASSERT_TRUE(set(anna, key, "1").has_value());
    ASSERT_TRUE(set(anna, key, "").has_value());
    ASSERT_TRUE(set(anna, "d", "1").has_value());
  }
  int64_t rows = 0;
  (void)store::testing::read(*store, [&](store::ReadTransaction& transaction) -> Result<> {
    return transaction.db().query({"test", "SELECT count(*) FROM user_item", ""}, {},
                                  [&](const store::Row& row) -> Result<> {
                                    rows = row.integer(0);
                                    return {};
                                  });
  });
  EXPECT_LE(rows, 3) << "removed settings take no room for ever";
}

}  // namespace
}  // namespace kith::chat
