#include "chat/user_service.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "chat/cursor.hpp"
#include "chat/names.hpp"
#include "chat/own_state.hpp"
#include "chat/present_user.hpp"
#include "chat/user_names.hpp"
#include "store/setting_repository.hpp"
#include "store/user_repository.hpp"

namespace kith::chat {
namespace {

using Users = std::vector<model::User>;

constexpr size_t kUsersPerPage = 50;

std::unexpected<Error> no_such_user() { return fail(Reason::kUserNotFound, "There is no such user."); }

/// The caller and the caller's settings.
struct Me {
  model::User user;
  std::vector<std::pair<std::string, std::string>> settings;
};

Result<Me> read_me(store::Db& db, UserId caller) {
  TRY(std::optional<model::User> user, store::UserRepository(db).find(caller));
  if (!user) return no_such_user();
  Me me{.user = std::move(*user), .settings = {}};
  TRY(me.settings, store::SettingRepository(db).list_of_user(caller));
  return me;
}

/// A profile change after its fields were checked; what is absent stays.
struct ProfileChange {
  std::optional<std::string> display_name;
  std::optional<std::string> bio;
  std::optional<model::PresencePrivacy> privacy;
};

Result<ProfileChange> check_change(const v1::UpdateProfileRequest& request, const Limits& limits) {
  ProfileChange change;
  if (request.has_display_name()) {
    TRY(change.display_name, clean_name(request.display_name(), limits.name_characters, "display_name"));
  }
  if (request.has_bio()) {
    TRY(change.bio, clean_text(request.bio(), limits.topic_characters, "bio"));
  }
  if (request.has_presence_privacy()) {
    switch (request.presence_privacy()) {
      case v1::PRESENCE_PRIVACY_UNSPECIFIED:
      case v1::PRESENCE_PRIVACY_EVERYBODY:
        change.privacy = model::PresencePrivacy::kEverybody;
        break;
      case v1::PRESENCE_PRIVACY_NOBODY:
        change.privacy = model::PresencePrivacy::kNobody;
        break;
      default:
        return fail(Reason::kInvalidField, "There is no such choice.", "presence_privacy");
    }
  }
  return change;
}

/// Returns the user after the change. What changes nothing writes and tells nothing.
Result<model::User> change_in(store::WriteTransaction& transaction, UserId caller, const ProfileChange& change) {
  store::UserRepository users(transaction.db());
  TRY(const std::optional<model::User> before, users.find(caller));
  if (!before) return no_such_user();
  model::User user = *before;
  if (change.display_name) user.display_name = *change.display_name;
  if (change.bio) user.bio = *change.bio;
  if (change.privacy) user.presence_privacy = *change.privacy;
  if (user == *before) return user;
  const bool is_seen_by_others = user.display_name != before->display_name || user.bio != before->bio;
  TRY(user.version, transaction.next_version(caller));
  TRY_VOID(users.update_profile(user, directory_words(user.name, user.display_name)));
  if (is_seen_by_others) transaction.publish(model::ProfileCommitted{.user = user});
  transaction.publish(model::OwnStateCommitted{.user = caller, .version = user.version, .row = user});
  return user;
}

/// Users named by a request, in its order, each once; those that do not exist are left out.
Result<Users> find_users(store::Db& db, const std::vector<UserId>& ids, const std::string& username) {
  store::UserRepository repository(db);
  Users found;
  for (const UserId id : ids) {
    if (std::ranges::find(found, id, &model::User::id) != found.end()) continue;
    TRY(std::optional<model::User> user, repository.find(id));
    if (user) found.push_back(std::move(*user));
  }
  if (username.empty()) return found;
  TRY(std::optional<model::User> user, repository.find_by_name(username));
  if (user && std::ranges::find(found, user->id, &model::User::id) == found.end()) found.push_back(std::move(*user));
  return found;
}

Result<> check_setting(const v1::Setting& setting, const Limits& limits) {
  if (setting.key().empty()) return fail(Reason::kMissingField, "A setting needs a key.", "setting.key");
  if (setting.key().size() > limits.setting_key_bytes)
    return fail(Reason::kTooLong, "The key is too long.", "setting.key");
  if (setting.value().size() > limits.setting_value_bytes) {
    return fail(Reason::kTooLong, "The value is too long.", "setting.value");
  }
  if (!is_utf8(setting.key())) return fail(Reason::kInvalidUtf8, "The key is not valid UTF-8.", "setting.key");
  if (!is_utf8(setting.value())) return fail(Reason::kInvalidUtf8, "The value is not valid UTF-8.", "setting.value");
  const auto is_control = [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(setting.key(), is_control)) {
    return fail(Reason::kInvalidField, "A key has no control characters.", "setting.key");
  }
  return {};
}

/// Stores a setting if it differs. Removed ones leave a row for the user's other devices; the oldest such row makes
/// room.
Result<bool> put_setting(store::WriteTransaction& transaction, UserId caller, const v1::Setting& setting,
                         const Limits& limits) {
  store::SettingRepository settings(transaction.db());
  TRY(const std::string before, settings.find_of_user(caller, setting.key()));
  if (before == setting.value()) return false;
  if (before.empty()) {
    const auto most = static_cast<int64_t>(limits.settings_per_user);
    TRY(const store::SettingRepository::Count count, settings.count_of_user(caller));
    if (count.settings >= most) return fail(Reason::kTooMany, "There are too many settings.", "setting");
    if (count.rows >= most) TRY_VOID(settings.remove_oldest_removed(caller));
  }
  TRY_VOID(transaction.put_user_item(
      caller, {.kind = std::string(kSettingKind), .key = setting.key(), .value = setting.value()}));
  return true;
}

}  // namespace

UserService::UserService(const AccountContext& context) : context_(context) {}

Task<Result<v1::GetMeResponse>> UserService::get_me(Caller caller, v1::GetMeRequest) {
  std::move_only_function<Result<Me>(store::ReadTransaction&)> query = [caller](store::ReadTransaction& transaction) {
    return read_me(transaction.db(), caller.user);
  };
  CO_TRY(const Me me, co_await context_.store.read<Me>(std::move(query)));
  v1::GetMeResponse response;
  *response.mutable_user() = present_user(context_.ids, context_.presence, caller.user, me.user);
  response.set_presence_privacy(static_cast<v1::PresencePrivacy>(me.user.presence_privacy));
  for (const auto& [key, value] : me.settings) {
    v1::Setting& setting = *response.add_settings();
    setting.set_key(key);
    setting.set_value(value);
  }
  co_return response;
}

Task<Result<v1::UpdateProfileResponse>> UserService::update_profile(Caller caller, v1::UpdateProfileRequest request) {
  CO_TRY(const ProfileChange change, check_change(request, context_.limits));
  std::move_only_function<Result<model::User>(store::WriteTransaction&)> command =
      [caller, change](store::WriteTransaction& transaction) { return change_in(transaction, caller.user, change); };
  CO_TRY(const model::User user, co_await context_.store.write<model::User>(std::move(command)));
  context_.presence.set_privacy(user);
  v1::UpdateProfileResponse response;
  *response.mutable_user() = present_user(context_.ids, context_.presence, caller.user, user);
  co_return response;
}

Task<Result<v1::ListUsersResponse>> UserService::list_users(Caller caller, v1::ListUsersRequest request) {
  if (request.query().size() > context_.limits.query_bytes) {
    co_return fail(Reason::kTooLong, "The query is too long.", "query");
  }
  const std::string beginning = directory_query(request.query());
  // The number in the cursor ties it to the query, so that a page of another list is refused instead of shown.
  const auto list = static_cast<int64_t>(fnv1a(beginning));
  CO_TRY(const Cursor after, decode_cursor(request.cursor()));
  if (!request.cursor().empty() && after.id != list) {
    co_return fail(Reason::kBadCursor, "The cursor is not one of this list.", "cursor");
  }
  const size_t limit = page_limit(context_, request.limit(), kUsersPerPage);
  std::move_only_function<Result<Users>(store::ReadTransaction&)> query = [beginning, name = after.key,
                                                                           limit](store::ReadTransaction& transaction) {
    store::UserRepository users(transaction.db());
    return beginning.empty() ? users.list(name, limit + 1) : users.list_by_word(beginning, name, limit + 1);
  };
  CO_TRY(Users users, co_await context_.store.read<Users>(std::move(query)));

  v1::ListUsersResponse response;
  if (users.size() > limit) {
    users.pop_back();
    response.set_next_cursor(encode_cursor({.key = users.back().name, .id = list}));
  }
  for (const model::User& user : users) {
    *response.add_users() = present_user(context_.ids, context_.presence, caller.user, user);
  }
  co_return response;
}

Task<Result<v1::GetUserResponse>> UserService::get_user(Caller caller, v1::GetUserRequest request) {
  if (request.user_ids().empty() && request.username().empty()) {
    co_return fail(Reason::kMissingField, "Name at least one user.", "user_ids");
  }
  if (static_cast<size_t>(request.user_ids_size()) > context_.limits.page_size) {
    co_return fail(Reason::kTooMany, "Too many users at once.", "user_ids");
  }
  std::vector<UserId> ids;
  for (const std::string& text : request.user_ids()) {
    if (const auto id = context_.ids.decode_user(text)) ids.push_back(*id);
  }
  const std::string username = fold_username(request.username(), "username", context_.limits).value_or("");
  std::move_only_function<Result<Users>(store::ReadTransaction&)> query =
      [ids, username](store::ReadTransaction& transaction) { return find_users(transaction.db(), ids, username); };
  CO_TRY(const Users users, co_await context_.store.read<Users>(std::move(query)));
  if (users.empty()) co_return no_such_user();
  v1::GetUserResponse response;
  for (const model::User& user : users) {
    *response.add_users() = present_user(context_.ids, context_.presence, caller.user, user);
  }
  co_return response;
}

Task<Result<v1::SetSettingResponse>> UserService::set_setting(Caller caller, v1::SetSettingRequest request) {
  CO_TRY_VOID(check_setting(request.setting(), context_.limits));
  std::move_only_function<Result<bool>(store::WriteTransaction&)> command =
      [caller, setting = request.setting(), &limits = context_.limits](store::WriteTransaction& transaction) {
        return put_setting(transaction, caller.user, setting, limits);
      };
  CO_TRY_VOID(co_await context_.store.write<bool>(std::move(command)));
  co_return v1::SetSettingResponse();
}

Task<Result<v1::SetPresenceResponse>> UserService::set_presence(Caller caller, v1::SetPresenceRequest request) {
  if (request.state() != v1::PRESENCE_STATE_ONLINE && request.state() != v1::PRESENCE_STATE_AWAY) {
    co_return fail(Reason::kInvalidField, "A device is online or away.", "state");
  }
  context_.presence.set_state(caller.user, caller.device, static_cast<PresenceState>(request.state()));
  co_return v1::SetPresenceResponse();
}

Task<Result<>> UserService::save_seen() { return context_.presence.save_seen(context_.store); }

}  // namespace kith::chat
