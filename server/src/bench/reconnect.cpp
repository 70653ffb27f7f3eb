#include "bench/reconnect.hpp"

#include <map>

#include "bench/sample_text.hpp"

namespace kith::bench {
namespace {

constexpr Duration kConnectTime = std::chrono::seconds(300);
constexpr Duration kStall = std::chrono::seconds(120);
constexpr Duration kLoadTime = std::chrono::seconds(1);
constexpr size_t kSessionsPerUser = 10;
constexpr size_t kHandshakesAtOnce = 256;

class Reconnect final : public ClientObserver {
 public:
  Reconnect(Setup& setup, const ReconnectOptions& options)
      : setup_(setup), options_(options), crowd_(setup.loop(), *this), text_(7), random_(8) {}

  Result<Figures> run() {
    std::vector<std::string> tokens = setup_.tokens();
    tokens.resize(options_.clients);
    clients_ = make_clients(crowd_, tokens);
    TRY_VOID(connect_all(crowd_, clients_, true, kConnectTime));
    figures_.put("clients", static_cast<double>(clients_.size()));
    figures_.put("resident_mb_before", resident_mb());
    for (int round = 1; round <= options_.rounds; ++round) TRY_VOID(run_round(std::to_string(round)));
    return std::move(figures_);
  }

 private:
  [[nodiscard]] double resident_mb() const { return static_cast<double>(resident_bytes(setup_.server().pid())) / 1e6; }

  Result<> run_round(const std::string& round) {
    is_writing_ = true;
    for (size_t room = 0; room < options_.rooms; ++room) send(*clients_[room * kSessionsPerUser]);
    setup_.loop().run_for(kLoadTime);
    is_writing_ = false;
    TRY(const Duration start_time, setup_.restart(true));
    const auto is_open = [](const auto& client) { return client->is_open(); };
    setup_.loop().run_until([&] { return std::ranges::none_of(clients_, is_open); }, kStall);
    const Instant ready = setup_.now();
    come_back();
    TRY_VOID(wait_for_all());
    const double took = to_seconds(setup_.now() - ready);
    figures_.put("start_ms_" + round, to_seconds(start_time) * 1000);
    figures_.put("all_in_sync_seconds_" + round, took);
    figures_.put("resident_mb_" + round, resident_mb());
    figures_.put("acknowledged_" + round, static_cast<double>(acknowledged_));
    return check();
  }

  /// Clients come back through a queue, so that no more handshakes are under way than a listen queue takes.
  void come_back() {
    connecting_.clear();
    waiting_.clear();
    for (const auto& client : clients_) {
      const auto wait = seconds(options_.spread_seconds * static_cast<double>(random_.below(1000)) / 1000);
      waiting_.emplace(setup_.now() + wait, client);
    }
  }

  void connect_waiting() {
    std::erase_if(connecting_, [](const auto& client) { return client->is_open(); });
    while (!waiting_.empty() && waiting_.begin()->first <= setup_.now() && connecting_.size() < kHandshakesAtOnce) {
      connecting_.push_back(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      connecting_.back()->connect(true);
    }
  }

  Result<> wait_for_all() {
    size_t synced = 0;
    const auto all_synced = [&] {
      connect_waiting();
      while (synced < clients_.size() && clients_[synced]->is_synced()) ++synced;
      return synced == clients_.size();
    };
    if (setup_.loop().run_until(all_synced, kStall)) return {};
    return fail(Reason::kInternal, "Only " + std::to_string(synced) + " clients came back.");
  }

  /// Every client stands at the head of its room and no acknowledged seq is beyond it.
  Result<> check() {
    if (crowd_.faults.holes + crowd_.faults.doubled + crowd_.faults.damaged != 0) {
      return fail(Reason::kInternal, "Clients found holes or doubles.");
    }
    for (const auto& client : clients_) {
      const std::string& room = client->rooms()[0];
      const Seq head = newest_[room];
      if (client->seq(room) < head) {
        return fail(Reason::kInternal, "A client stands at " + std::to_string(client->seq(room)) + " of a room where " +
                                           std::to_string(head) + " was acknowledged.");
      }
    }
    return {};
  }

  void send(Client& client) {
    const uint64_t number = sent_++;
    client.send_message(client.rooms()[0], "t" + std::to_string(number), text_.make(number, 100));
  }

  void on_answer(Client& client, const v1::Answer& answer) override {
    if (!answer.has_send_message()) return;
    ++acknowledged_;
    Seq& newest = newest_[answer.send_message().message().room_id()];
    newest = std::max(newest, answer.send_message().message().seq());
    if (is_writing_) send(client);
  }

  void on_lost(Client& client) override {
    if (std::erase_if(connecting_, [&](const auto& other) { return other.get() == &client; }) != 0) {
      waiting_.emplace(setup_.now(), clients_[client.index()]);
    }
  }

  Setup& setup_;
  const ReconnectOptions& options_;
  Crowd crowd_;
  SampleText text_;
  SeededRandom random_;
  Clients clients_;
  std::multimap<Instant, std::shared_ptr<Client>> waiting_;  ///< by when they come back
  std::vector<std::shared_ptr<Client>> connecting_;
  std::unordered_map<std::string, Seq> newest_;  ///< acknowledged
  Figures figures_;
  uint64_t sent_ = 0;
  uint64_t acknowledged_ = 0;
  bool is_writing_ = false;
};

}  // namespace

Result<Figures> measure_reconnect(const CommonOptions& common, const ReconnectOptions& options) {
  const size_t users = options.clients / kSessionsPerUser;
  WorldPlan plan{.users = users, .sessions_per_user = kSessionsPerUser, .rooms = {}};
  for (size_t room = 0; room < options.rooms; ++room) {
    RoomPlan members{.name = "Room " + std::to_string(room), .users = {}};
    for (size_t user = room; user < users; user += options.rooms) members.users.push_back(user);
    plan.rooms.push_back(std::move(members));
  }
  TRY(const auto setup, Setup::create(common, plan));
  Reconnect reconnect(*setup, options);
  return reconnect.run();
}

}  // namespace kith::bench
