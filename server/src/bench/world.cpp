#include "bench/world.hpp"

#include <filesystem>
#include <future>

#include "base/random.hpp"
#include "bench/data_folder.hpp"
#include "chat/id_codec.hpp"
#include "chat/room_creation.hpp"
#include "chat/session_start.hpp"
#include "store/sqlite_store.hpp"
#include "store/user_repository.hpp"

namespace kith::bench {
namespace {

constexpr uint64_t kTokenSeed = 0x6B697468;
constexpr size_t kUsersAtOnce = 500;

using Command = std::move_only_function<Result<>(store::WriteTransaction&)>;

/// Runs a command on the writer and waits for it.
Result<> run(store::Store& store, Command command) {
  std::promise<Result<>> promise;
  auto outcome = promise.get_future();
  store.submit_write(std::move(command), [&](Result<> result) { promise.set_value(std::move(result)); });
  return outcome.get();
}

class Builder {
 public:
  Builder(store::Store& store, const WorldPlan& plan, const Clock& clock)
      : store_(store), plan_(plan), tokens_(session_tokens(plan)), clock_(clock) {
    limits_.sessions_per_user = plan.sessions_per_user + 1;
    limits_.rooms_per_user = plan.rooms.size() + 1;
  }

  Result<> build() {
    for (size_t from = 0; from < plan_.users; from += kUsersAtOnce) {
      const size_t to = std::min(plan_.users, from + kUsersAtOnce);
      TRY_VOID(run(store_, [this, from, to](store::WriteTransaction& transaction) -> Result<> {
        users_.resize(from);
        for (size_t index = from; index < to; ++index) TRY_VOID(add_user(transaction, index));
        return {};
      }));
    }
    for (const RoomPlan& room : plan_.rooms) {
      TRY_VOID(run(store_, [&](store::WriteTransaction& transaction) { return add_room(transaction, room); }));
    }
    return {};
  }

 private:
  Result<> add_user(store::WriteTransaction& transaction, size_t index) {
    const std::string name = "user" + std::to_string(index);
    const auto role = index == 0 ? model::ServerRole::kOwner : model::ServerRole::kUser;
    TRY(const UserId user, store::UserRepository(transaction.db())
                               .insert({.id = {},
                                        .name = name,
                                        .display_name = "User " + std::to_string(index),
                                        .bio = {},
                                        .role = role,
                                        .created_at = transaction.now()},
                                       Secret<std::string>(""), {name}));
    users_.push_back(user);
    for (size_t session = 0; session < plan_.sessions_per_user; ++session) {
      const auto hash = chat::hash_token(tokens_[index * plan_.sessions_per_user + session]);
      TRY_VOID(chat::start_session(transaction, user, "Benchmark", hash, limits_));
    }
    return {};
  }

  Result<> add_room(store::WriteTransaction& transaction, const RoomPlan& plan) {
    const chat::IdCodec ids({});
    const chat::Context context{.store = store_, .ids = ids, .limits = limits_, .clock = clock_};
    const UserId first = users_[plan.users.front()];
    if (plan.kind == model::RoomKind::kDirect) {
      TRY_VOID(chat::open_direct_room(context, transaction, first, users_[plan.users.back()]));
      return {};
    }
    std::vector<UserId> others;
    for (const size_t user : plan.users) others.push_back(users_[user]);
    TRY_VOID(chat::create_named_room(
        context, transaction,
        {.kind = plan.kind, .name = plan.name, .topic = {}, .owner = first, .device = {}, .invited = others}));
    return {};
  }

  store::Store& store_;
  const WorldPlan& plan_;
  const std::vector<std::string> tokens_;
  const Clock& clock_;
  Limits limits_;
  std::vector<UserId> users_;
};

}  // namespace

std::vector<std::string> session_tokens(const WorldPlan& plan) {
  SeededRandom random(kTokenSeed);
  std::vector<std::string> tokens(plan.users * plan.sessions_per_user);
  for (std::string& token : tokens) token = chat::make_token(random, chat::kSessionTokenPrefix).reveal();
  return tokens;
}

WorldPlan busy_world(const BusyPlan& plan) {
  constexpr size_t kQuietMembers = 8;
  const size_t quiet_users = plan.users - plan.busy_users;
  WorldPlan world{.users = plan.users, .sessions_per_user = 1, .rooms = std::vector<RoomPlan>(plan.rooms)};
  for (size_t i = 0; i < plan.busy_users * plan.rooms_per_busy_user; ++i) {
    world.rooms[i % plan.rooms].users.push_back(i / plan.rooms_per_busy_user);
  }
  for (size_t room = 0; room < plan.rooms; ++room) {
    world.rooms[room].name = "Room " + std::to_string(room);
    for (size_t i = 0; i < kQuietMembers && quiet_users > 0; ++i) {
      world.rooms[room].users.push_back(plan.busy_users + (room * kQuietMembers + i) % quiet_users);
    }
  }
  return world;
}

Result<> build_world(const std::string& data_dir, const WorldPlan& plan, const Clock& clock) {
  std::filesystem::create_directories(data_dir);
  SystemRandom random;
  TRY(auto store, store::SqliteStore::open({.path = database_path(data_dir), .clock = clock, .random = random}));
  return Builder(*store, plan, clock).build();
}

}  // namespace kith::bench
