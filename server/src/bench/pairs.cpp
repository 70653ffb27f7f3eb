#include "bench/pairs.hpp"

#include <map>

#include "bench/sample_text.hpp"

namespace kith::bench {
namespace {

constexpr Duration kConnectTime = std::chrono::seconds(60);
constexpr Duration kWarmUp = std::chrono::milliseconds(300);
constexpr Duration kStall = std::chrono::seconds(10);

/// User 2n writes to user 2n + 1 and back, each in its own time.
class Pairs final : public ClientObserver {
 public:
  Pairs(Setup& setup, const PairsOptions& options)
      : setup_(setup), options_(options), crowd_(setup.loop(), *this), text_(4, setup.prose()) {}

  Result<Figures> run(double time) {
    clients_ = make_clients(crowd_, setup_.tokens());
    TRY_VOID(connect_all(crowd_, clients_, true, kConnectTime));
    for (const auto& client : clients_) {
      for (size_t i = 0; i < options_.window; ++i) send(*client);
    }
    setup_.loop().run_for(kWarmUp);
    times_ = {};
    const uint64_t over_before = over_;
    const CpuTime before = cpu_time(setup_.server().pid());
    const Instant begun = setup_.now();
    setup_.loop().run_for(seconds(time));
    const double wall = to_seconds(setup_.now() - begun);
    const uint64_t spent = cpu_time(setup_.server().pid()).total - before.total;
    const auto messages = static_cast<double>(over_ - over_before);
    is_stopping_ = true;
    if (!setup_.loop().run_until([&] { return over_ == sent_; }, kStall)) {
      return fail(Reason::kInternal, "A message was not acknowledged or not delivered.");
    }
    if (crowd_.faults.sum() != 0) return fail(Reason::kInternal, "There were holes, doubles or errors.");
    Figures figures;
    figures.put("messages_per_second", messages / wall);
    figures.put("server_cpu_us_per_message", static_cast<double>(spent) / 1000 / messages);
    figures.put("delivery", times_);
    return figures;
  }

 private:
  struct Message {
    size_t sender;
    Instant sent;
    bool is_delivered = false;
    bool is_acknowledged = false;
  };

  void send(Client& client) {
    const uint64_t number = sent_++;
    messages_.emplace(number, Message{.sender = client.index(), .sent = setup_.now()});
    const uint32_t call = client.send_message(client.rooms()[0], "t" + std::to_string(number),
                                              text_.make(number, options_.message_bytes));
    calls_.emplace(std::pair(client.index(), call), number);
  }

  void on_event(Client& client, const v1::Event& event) override {
    if (!event.posted().content().has_text()) return;
    const auto found = messages_.find(SampleText::check(event.posted().content().text()).value_or(~0ULL));
    if (found == messages_.end() || found->second.sender == client.index()) return;
    times_.add(setup_.now() - found->second.sent);
    found->second.is_delivered = true;
    finish(found);
  }

  void on_answer(Client& client, const v1::Answer& answer) override {
    const auto call = calls_.find({client.index(), answer.id()});
    if (call == calls_.end()) return;
    const auto found = messages_.find(call->second);
    calls_.erase(call);
    found->second.is_acknowledged = true;
    finish(found);
  }

  void finish(std::unordered_map<uint64_t, Message>::iterator message) {
    if (!message->second.is_acknowledged || !message->second.is_delivered) return;
    Client& sender = *clients_[message->second.sender];
    messages_.erase(message);
    ++over_;
    if (!is_stopping_) send(sender);
  }

  Setup& setup_;
  const PairsOptions& options_;
  Crowd crowd_;
  SampleText text_;
  Clients clients_;
  std::unordered_map<uint64_t, Message> messages_;         ///< by number
  std::map<std::pair<size_t, uint32_t>, uint64_t> calls_;  ///< (client, call) → number
  Latencies times_;
  uint64_t sent_ = 0;
  uint64_t over_ = 0;
  bool is_stopping_ = false;
};

}  // namespace

Result<Figures> measure_pairs(const CommonOptions& common, const PairsOptions& options) {
  WorldPlan plan{.users = 2 * options.pairs, .sessions_per_user = 1, .rooms = {}};
  for (size_t i = 0; i < options.pairs; ++i) {
    plan.rooms.push_back({.kind = model::RoomKind::kDirect, .name = {}, .users = {2 * i, 2 * i + 1}});
  }
  TRY(const auto setup, Setup::create(common, plan));
  Pairs pairs(*setup, options);
  return pairs.run(common.seconds);
}

}  // namespace kith::bench
