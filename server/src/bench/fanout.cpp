#include "bench/fanout.hpp"

#include <charconv>

#include "bench/sample_text.hpp"

namespace kith::bench {
namespace {

constexpr Duration kConnectTime = std::chrono::seconds(120);
constexpr Duration kWarmUp = std::chrono::milliseconds(300);
constexpr Duration kStall = std::chrono::seconds(10);

/// Keeps a window of messages under way: a message is over when every subscriber has it.
class Sweeps {
 public:
  Sweeps(const Clock& clock, size_t subscribers, size_t window, std::function<void(uint64_t)> send)
      : clock_(clock), subscribers_(subscribers), window_(window), send_(std::move(send)) {}

  void begin() {
    for (size_t i = 0; i < window_; ++i) send_next();
  }
  /// A subscriber got a message; numbers begin with 0.
  void on_delivery(uint64_t number) {
    ++deliveries_;
    if (number < first_ || number - first_ >= under_way_.size()) return;
    Message& message = under_way_[number - first_];
    if (++message.deliveries < subscribers_) return;
    if (is_measuring_) times_.add(clock_.now() - message.sent);
    ++over_;
    while (!under_way_.empty() && under_way_.front().deliveries == subscribers_) {
      under_way_.pop_front();
      ++first_;
    }
    if (!is_stopping_) send_next();
  }
  void start_measuring() { is_measuring_ = true; }
  void stop() { is_stopping_ = true; }

  [[nodiscard]] uint64_t deliveries() const { return deliveries_; }
  [[nodiscard]] uint64_t over() const { return over_; }
  [[nodiscard]] bool is_empty() const { return under_way_.empty(); }
  [[nodiscard]] const Latencies& times() const { return times_; }

 private:
  struct Message {
    Instant sent;
    size_t deliveries = 0;
  };

  void send_next() {
    under_way_.push_back({.sent = clock_.now()});
    send_(next_++);
  }

  const Clock& clock_;
  const size_t subscribers_;
  const size_t window_;
  std::function<void(uint64_t)> send_;
  std::deque<Message> under_way_;
  Latencies times_;
  uint64_t first_ = 0;
  uint64_t next_ = 0;
  uint64_t deliveries_ = 0;
  uint64_t over_ = 0;
  bool is_measuring_ = false;
  bool is_stopping_ = false;
};

/// Runs the sweeps for a while and reports what they cost the server.
Result<Figures> measure(Loop& loop, pid_t server, Sweeps& sweeps, double time) {
  sweeps.begin();
  loop.run_for(kWarmUp);
  sweeps.start_measuring();
  const uint64_t deliveries_before = sweeps.deliveries();
  const uint64_t over_before = sweeps.over();
  const uint64_t cpu_before = cpu_time(server).total;
  const Instant begun = loop.clock().now();
  loop.run_for(seconds(time));
  const double cpu = static_cast<double>(cpu_time(server).total - cpu_before);
  const double wall = to_seconds(loop.clock().now() - begun);
  const double deliveries = static_cast<double>(sweeps.deliveries() - deliveries_before);
  const double messages = static_cast<double>(sweeps.over() - over_before);
  sweeps.stop();
  if (!loop.run_until([&] { return sweeps.is_empty(); }, kStall)) {
    return fail(Reason::kInternal, "A message did not reach every subscriber.");
  }
  Figures figures;
  figures.put("server_cpu_ns_per_delivery", cpu / deliveries);
  figures.put("deliveries_per_second_and_core", 1e9 * deliveries / cpu);
  figures.put("deliveries_per_second", deliveries / wall);
  figures.put("messages_per_second", messages / wall);
  figures.put("sweep", sweeps.times());
  return figures;
}

class KithFanout final : public ClientObserver {
 public:
  KithFanout(Setup& setup, const FanoutOptions& options)
      : setup_(setup),
        options_(options),
        crowd_(setup.loop(), *this),
        text_(1, setup.prose()),
        sweeps_(setup.loop().clock(), options.subscribers, options.window, [this](uint64_t n) { send(n); }) {}

  Result<Figures> run(double time) {
    std::vector<std::string> tokens = setup_.tokens();
    tokens.resize(options_.subscribers + 1);
    clients_ = make_clients(crowd_, tokens);
    TRY_VOID(connect_all(crowd_, clients_, true, kConnectTime));
    if (clients_[0]->rooms().size() != 1) return fail(Reason::kInternal, "The sender has not exactly one room.");
    room_ = clients_[0]->rooms()[0];
    base_ = clients_[0]->seq(room_) + 1;
    TRY(Figures figures, measure(setup_.loop(), setup_.server().pid(), sweeps_, time));
    if (crowd_.faults.sum() != 0) return fail(Reason::kInternal, "The subscribers found holes, doubles or errors.");
    figures.put("event_bytes", static_cast<double>(event_bytes_));
    return figures;
  }

 private:
  void send(uint64_t number) {
    clients_[0]->send_message(room_, "t" + std::to_string(number), text_.make(number, options_.message_bytes));
  }
  void on_event(Client& client, const v1::Event& event) override {
    if (client.index() == 0) return;
    if (event_bytes_ == 0) event_bytes_ = event.ByteSizeLong();
    sweeps_.on_delivery(event.seq() - base_);
  }

  Setup& setup_;
  const FanoutOptions& options_;
  Crowd crowd_;
  SampleText text_;
  Sweeps sweeps_;
  Clients clients_;
  std::string room_;
  Seq base_ = 0;
  size_t event_bytes_ = 0;
};

/// The same load for a server that knows nothing but sockets. A payload: sixteen digits, then filling.
class BareFanout {
 public:
  BareFanout(Loop& loop, const FanoutOptions& options)
      : loop_(loop),
        options_(options),
        filling_(options.bare_bytes - kDigits, 'x'),
        sweeps_(loop.clock(), options.subscribers, options.window, [this](uint64_t n) { send(n); }) {}

  Result<Figures> run(double time) {
    for (size_t i = 0; i <= options_.subscribers; ++i) sockets_.push_back(std::make_shared<Subscriber>(*this));
    for (const auto& socket : sockets_) {
      loop_.connector().connect(
          loop_.options(), "/", {},
          [this, socket](net::WebSocket& opened) {
            socket->socket = &opened;
            ++open_;
            return socket;
          },
          [](const Error&) {});
      if (!loop_.run_until([&] { return open_ == static_cast<size_t>(&socket - sockets_.data()) + 1; }, kStall)) {
        return fail(Reason::kBusy, "A subscriber could not connect.");
      }
    }
    return measure(loop_, options_.bare_process, sweeps_, time);
  }

 private:
  static constexpr size_t kDigits = 16;

  struct Subscriber final : net::SocketHandler {
    explicit Subscriber(BareFanout& its_fanout) : fanout(its_fanout) {}
    void on_message(std::string_view payload, bool) override {
      uint64_t number = 0;
      std::from_chars(payload.data(), payload.data() + std::min(payload.size(), kDigits), number, 16);
      if (payload.size() == fanout.options_.bare_bytes && payload.substr(kDigits) == fanout.filling_) {
        fanout.sweeps_.on_delivery(number);
      }
    }
    void on_closed(net::CloseCode) override { socket = nullptr; }
    BareFanout& fanout;
    net::WebSocket* socket = nullptr;
  };

  void send(uint64_t number) {
    char digits[kDigits + 1];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
    sockets_[0]->socket->send(net::Opcode::kBinary, digits + filling_);
  }

  Loop& loop_;
  const FanoutOptions& options_;
  const std::string filling_;
  Sweeps sweeps_;
  std::vector<std::shared_ptr<Subscriber>> sockets_;
  size_t open_ = 0;
};

Result<Figures> measure_bare(const CommonOptions& common, const FanoutOptions& options) {
  run_on_cores(common.client_cores);
  std::shared_ptr<net::TlsContext> tls;
  if (common.tls) {
    TRY(tls, net::TlsContext::create_client(net::TlsContext::Trust::kAny));
  }
  TRY(const auto loop, Loop::create(options.bare_port, std::move(tls)));
  BareFanout fanout(*loop, options);
  return fanout.run(common.seconds);
}

}  // namespace

Result<Figures> measure_fanout(const CommonOptions& common, const FanoutOptions& options) {
  if (options.bare_port != 0) return measure_bare(common, options);
  // The first user sends; the others have as many sessions as it takes.
  const size_t sessions = (options.subscribers + options.users) / options.users;
  const WorldPlan plan{.users = options.users,
                       .sessions_per_user = sessions + 1,
                       .rooms = {{.name = "Fan-out", .users = user_range(0, options.users)}}};
  TRY(const auto setup, Setup::create(common, plan));
  KithFanout fanout(*setup, options);
  return fanout.run(common.seconds);
}

}  // namespace kith::bench
