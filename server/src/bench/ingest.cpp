#include "bench/ingest.hpp"

#include <optional>

#include "bench/sample_text.hpp"
#include "bench/search_probe.hpp"
#include "store/sqlite_store.hpp"

namespace kith::bench {
namespace {

constexpr Duration kConnectTime = std::chrono::seconds(120);
constexpr Duration kWarmUp = std::chrono::milliseconds(300);
constexpr Duration kStall = std::chrono::seconds(30);
/// Rates are told for spans of so many messages: does it slow down as the store grows?
constexpr uint64_t kSpan = 100'000;

/// Which seqs of a room were acknowledged.
class Acknowledged {
 public:
  /// False if it was acknowledged before.
  bool add(Seq seq) {
    if (base_ == 0 || seq < base_) {
      seqs_.insert(seqs_.begin(), base_ == 0 ? 0 : base_ - seq, false);
      base_ = seq;
    }
    if (seq - base_ >= seqs_.size()) seqs_.resize(seq - base_ + 1, false);
    if (seqs_[seq - base_]) return false;
    seqs_[seq - base_] = true;
    return true;
  }
  [[nodiscard]] size_t holes() const { return static_cast<size_t>(std::ranges::count(seqs_, false)); }

 private:
  std::vector<bool> seqs_;
  Seq base_ = 0;
};

class Ingest final : public ClientObserver {
 public:
  Ingest(Setup& setup, const IngestOptions& options)
      : setup_(setup), options_(options), crowd_(setup.loop(), *this), text_(2, setup.prose()), random_(3) {}

  Result<Figures> run(double time) {
    TRY_VOID(connect());
    start_probe();
    begin();
    if (options_.messages == 0) setup_.loop().run_for(kWarmUp);
    const Mark begun = mark();
    times_ = {};
    if (options_.messages == 0) {
      setup_.loop().run_for(seconds(time));
    } else {
      setup_.loop().run_until([&] { return sent_ >= options_.messages; }, std::chrono::hours(1));
    }
    const Mark ended = mark();
    is_stopping_ = true;
    if (!setup_.loop().run_until([&] { return acknowledged_ == sent_; }, kStall)) {
      return fail(Reason::kInternal, std::to_string(sent_ - acknowledged_) + " messages were not acknowledged.");
    }
    TRY_VOID(check());
    return figures(begun, ended);
  }

 private:
  struct Mark {
    Instant at;
    CpuTime cpu;
    uint64_t acknowledged = 0;
  };
  struct Sender {
    std::vector<std::string> rooms;
    std::deque<std::pair<uint32_t, Instant>> under_way;
  };

  [[nodiscard]] Mark mark() const {
    return {.at = setup_.now(), .cpu = cpu_time(setup_.server().pid()), .acknowledged = acknowledged_};
  }

  /// Senders ask for a Sync to learn their rooms, then come back as connections that are told nothing but answers.
  Result<> connect() {
    std::vector<std::string> tokens = setup_.tokens();
    tokens.resize(options_.senders);
    const Clients scouts = make_clients(crowd_, tokens);
    TRY_VOID(connect_all(crowd_, scouts, true, kConnectTime));
    for (const auto& scout : scouts) {
      senders_.push_back({.rooms = scout->rooms(), .under_way = {}});
      scout->close();
    }
    setup_.loop().run_until(
        [&] { return std::ranges::none_of(scouts, [](const auto& scout) { return scout->is_open(); }); }, kStall);
    clients_ = make_clients(crowd_, tokens);
    return connect_all(crowd_, clients_, false, kConnectTime);
  }

  void start_probe() {
    if (!options_.probes_search) return;
    probe_.emplace(setup_.loop().options(), setup_.tokens()[0], senders_[0].rooms[0], setup_.loop().clock());
  }

  void begin() {
    span_began_ = setup_.now();
    for (const auto& client : clients_) {
      for (size_t i = 0; i < options_.window; ++i) send(*client);
    }
  }

  void send(Client& client) {
    Sender& sender = senders_[client.index()];
    const std::string& room = sender.rooms[random_.below(sender.rooms.size())];
    const uint64_t number = sent_++;
    const uint32_t call =
        client.send_message(room, "t" + std::to_string(number), text_.make(number, options_.message_bytes));
    sender.under_way.emplace_back(call, setup_.now());
  }

  void on_answer(Client& client, const v1::Answer& answer) override {
    if (!answer.has_send_message()) return;
    Sender& sender = senders_[client.index()];
    const auto found = std::ranges::find(sender.under_way, answer.id(), &std::pair<uint32_t, Instant>::first);
    if (found == sender.under_way.end()) {
      ++crowd_.faults.doubled;
      return;
    }
    times_.add(setup_.now() - found->second);
    sender.under_way.erase(found);
    const v1::Message& message = answer.send_message().message();
    if (!rooms_[message.room_id()].add(message.seq())) ++crowd_.faults.doubled;
    if (++acknowledged_ % kSpan == 0) {
      span_rates_.push_back(static_cast<double>(kSpan) / to_seconds(setup_.now() - span_began_));
      span_began_ = setup_.now();
    }
    if (!is_stopping_ && (options_.messages == 0 || sent_ < options_.messages)) send(client);
  }

  void on_lost(Client& client) override {
    if (!senders_.empty() && senders_[client.index()].under_way.size() > 0) ++crowd_.faults.errors;
  }

  /// The probe's own messages leave holes in its room.
  Result<> check() {
    size_t holes = 0;
    for (const auto& [id, room] : rooms_) {
      if (!probe_ || id != senders_[0].rooms[0]) holes += room.holes();
    }
    if (holes + crowd_.faults.sum() == 0) return {};
    return fail(Reason::kInternal, "The acks have " + std::to_string(holes) + " holes and " +
                                       std::to_string(crowd_.faults.sum()) + " doubles or errors.");
  }

  Figures figures(const Mark& begun, const Mark& ended) {
    const auto messages = static_cast<double>(ended.acknowledged - begun.acknowledged);
    Figures out;
    out.put("messages", messages);
    out.put("messages_per_second", messages / to_seconds(ended.at - begun.at));
    out.put("server_cpu_us_per_message", static_cast<double>(ended.cpu.total - begun.cpu.total) / 1000 / messages);
    for (const auto& [name, spent] : ended.cpu.by_thread) {
      const auto before = begun.cpu.by_thread.find(name);
      const uint64_t already = before == begun.cpu.by_thread.end() ? 0 : before->second;
      out.put("cpu_us_" + name, static_cast<double>(spent - already) / 1000 / messages);
    }
    out.put("ack", times_);
    for (size_t i = 0; i < span_rates_.size(); ++i) {
      out.put("rate_to_" + std::to_string((i + 1) * kSpan / 1000) + "k", span_rates_[i]);
    }
    if (probe_) {
      const Latencies lags = probe_->stop();
      out.put("search_probes", static_cast<double>(lags.size()));
      out.put("search_lag", lags);
      out.put("search_lag_max_us", lags.percentile_us(1));
    }
    return out;
  }

  Setup& setup_;
  const IngestOptions& options_;
  Crowd crowd_;
  SampleText text_;
  SeededRandom random_;
  Clients clients_;
  std::vector<Sender> senders_;
  std::unordered_map<std::string, Acknowledged> rooms_;
  std::optional<SearchProbe> probe_;
  Latencies times_;
  std::vector<double> span_rates_;
  Instant span_began_;
  uint64_t sent_ = 0;
  uint64_t acknowledged_ = 0;
  bool is_stopping_ = false;
};

Result<> pack(const std::string& data_dir, const Clock& clock) {
  SystemRandom random;
  TRY(auto store, store::SqliteStore::open({.path = database_path(data_dir), .clock = clock, .random = random}));
  return store->pack_now();
}

}  // namespace

Result<Figures> measure_ingest(const CommonOptions& common, const IngestOptions& options) {
  TRY(const auto setup, Setup::create(common, busy_world(options.world)));
  const DiskUse before = disk_use(setup->data_dir());
  Figures figures;
  {
    Ingest ingest(*setup, options);
    TRY(figures, ingest.run(common.seconds));
  }
  figures.put("resident_mb", static_cast<double>(resident_bytes(setup->server().pid())) / 1e6);
  setup->server().stop();
  const DiskUse after = disk_use(setup->data_dir());
  figures.put("database_bytes_added", static_cast<double>(after.database) - static_cast<double>(before.database));
  figures.put("search_bytes_added", static_cast<double>(after.search) - static_cast<double>(before.search));
  if (options.packs) TRY_VOID(pack(setup->data_dir(), setup->loop().clock()));
  return figures;
}

}  // namespace kith::bench
