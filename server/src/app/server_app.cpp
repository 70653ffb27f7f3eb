#include "app/server_app.hpp"

#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "api/http_handler.hpp"
#include "api/item_frame.hpp"
#include "api/metrics.hpp"
#include "app/call_threads.hpp"
#include "app/cores.hpp"
#include "app/night_erasure.hpp"
#include "app/port_check.hpp"
#include "app/server_keys.hpp"
#include "base/log.hpp"
#include "bus/local_bus.hpp"
#include "call/call_service.hpp"
#include "chat/search_content.hpp"
#include "chat/welcome.hpp"
#include "net/server.hpp"
#include "net/system_clock.hpp"
#include "net/worker_pool.hpp"
#include "store/search_follower.hpp"
#include "store/search_index.hpp"
#include "store/sqlite_store.hpp"

namespace kith::app {
namespace {

/// How long a device without connection still counts as there, so that a reload does not show.
constexpr std::chrono::seconds kPresenceGrace{10};
constexpr std::chrono::seconds kPresenceSweepEvery{1};
constexpr std::chrono::minutes kSessionsSavedEvery{1};
constexpr std::chrono::minutes kUsersSavedEvery{5};
constexpr std::chrono::minutes kCallsSavedEvery{1};
constexpr std::chrono::minutes kErasureTriedEvery{5};

/// Waits for a task on a thread that is no executor: for start and end.
template <typename T>
T wait_for(Task<T> task) {
  std::promise<T> promise;
  auto future = promise.get_future();
  spawn(std::move(task), [&](T value) { promise.set_value(std::move(value)); });
  return future.get();
}

size_t or_cores(size_t wish, size_t least) { return wish != 0 ? wish : std::max(least, usable_cores()); }

/// Makes the data folder if there is none, for its owner only. Error: kStorageReadOnly.
Result<> make_data_folder(const std::string& path) {
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(path, error);
  if (error) return fail(Reason::kStorageReadOnly, "The data folder " + path + " cannot be made.", "data-dir");
  if (is_new) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  return {};
}

Result<net::ServerOptions> server_options(const Config& config) {
  net::ServerOptions options;
  options.limits = config.limits;
  options.reactors = or_cores(config.reactors, 1);
  options.certificate_path = config.tls_certificate;
  options.key_path = config.tls_key;
  for (const std::string& text : config.listen) {
    TRY(const auto address, net::Address::parse(text));
    options.listen.push_back({.address = address, .is_tls = false});
  }
  for (const std::string& text : config.tls_listen) {
    TRY(const auto address, net::Address::parse(text));
    options.listen.push_back({.address = address, .is_tls = true});
  }
  for (const std::string& text : config.trusted_proxies) {
    const auto range = net::AddressRange::parse(text);
    if (!range) return fail(Reason::kInvalidField, "\"" + text + "\" is no address or network.", "trusted-proxies");
    options.trusted_proxies.push_back(*range);
  }
  return options;
}

/// Runs a job on a reactor again and again, the first time after one period.
void repeat(net::Reactor& reactor, Duration every, std::function<void()> job) {
  reactor.call_after(every, [&reactor, every, job = std::move(job)] {
    job();
    repeat(reactor, every, job);
  });
}

}  // namespace

/// Members are destroyed in reverse: the network before the use cases, those before the store.
struct ServerApp::Parts {
  explicit Parts(const Config& app_config)
      : config(app_config),
        workers("kith-worker", or_cores(config.workers, 1), config.limits.worker_queue_jobs),
        port_checks("kith-ports", 1, 1) {}
  ~Parts();

  Result<> open_store();
  void make_use_cases(const ServerKeys& keys);
  Result<> open_search();
  Result<> open_calls();
  Result<> open_network();
  void start_housekeeping();
  /// Nothing of the housekeeping runs after this returns.
  void end_housekeeping();
  void handle_commit(std::vector<model::Publication> publications);
  /// What the ports of calls answer now; blocks.
  [[nodiscard]] ::kith::v1::CheckCallPortsResponse check_call_ports();
  /// Runs a job on a reactor once a time has passed; from any thread, while there is a network.
  void call_later(Duration delay, Job job);
  [[nodiscard]] std::string metrics() const;

  const Config config;
  net::SystemClock clock;
  SystemRandom random;
  net::WorkerPool workers;
  net::WorkerPool port_checks;  ///< apart from the workers: a login must not wait for a blocked port
  std::atomic<chat::Hub*> committed_to{nullptr};
  std::atomic<bool> keeps_house{true};
  bool is_serving = false;
  std::atomic<store::SearchFollower*> woken{nullptr};

  std::unique_ptr<store::SqliteStore> store;
  std::unique_ptr<NightErasure> night_erasure;
  std::unique_ptr<store::SearchIndex> search_index;
  std::unique_ptr<store::SearchFollower> search_follower;
  bus::LocalBus bus;

  std::unique_ptr<chat::IdCodec> ids;
  std::unique_ptr<chat::SyncTokenCodec> tokens;
  std::unique_ptr<call::CallTokenCodec> call_tokens;
  std::unique_ptr<chat::Context> context;
  std::unique_ptr<chat::PasswordHasher> passwords;
  std::unique_ptr<chat::LoginThrottle> throttle;
  std::unique_ptr<chat::SessionCache> session_cache;
  std::unique_ptr<chat::PresenceTracker> presence;
  std::unique_ptr<chat::People> people;
  std::unique_ptr<chat::Hub> hub;
  std::unique_ptr<chat::AccountService> accounts;
  std::unique_ptr<chat::SessionService> sessions;
  std::unique_ptr<chat::UserService> users;
  std::unique_ptr<chat::RoomService> rooms;
  std::unique_ptr<chat::MessageService> messages;
  std::unique_ptr<call::CallService> calls;
  std::unique_ptr<CallThreads> call_threads;
  std::unique_ptr<api::CallEndpoint> call_endpoint;
  std::unique_ptr<chat::SyncService> sync;
  std::unique_ptr<chat::SearchService> search;
  std::unique_ptr<chat::AdminService> administration;
  std::unique_ptr<api::Services> services;

  std::unique_ptr<api::HttpHandler> handler;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<api::MetricsHandler> metrics_handler;
  std::unique_ptr<net::Server> metrics_server;
};

Result<> ServerApp::Parts::open_store() {
  store::SqliteStore::Options options{
      .path = config.data_dir + "/kith.db",
      .clock = clock,
      .random = random,
      .limits = config.limits,
      .readers = or_cores(config.readers, 2),
      .on_committed = [this](std::vector<model::Publication> publications) { handle_commit(std::move(publications)); }};
  TRY(store, store::SqliteStore::open(std::move(options)));
  night_erasure = std::make_unique<NightErasure>(*store, clock, config.erase_hour);
  return {};
}

void ServerApp::Parts::handle_commit(std::vector<model::Publication> publications) {
  if (auto* follower = woken.load(std::memory_order_acquire)) follower->wake();
  if (publications.empty()) return;
  // Forgotten before anybody is told, so that no request of the ended session passes after the hub closed its sockets.
  for (const model::Publication& publication : publications) {
    const auto* revoked = std::get_if<model::DeviceRevoked>(&publication);
    if (revoked != nullptr) session_cache->revoke(revoked->device);
    const auto* event = std::get_if<model::RoomEventCommitted>(&publication);
    // An edit or a deletion of what people wrote; that a call ended erases nothing.
    const bool erases = event != nullptr && event->target && event->target->kind == model::EventKind::kMessage;
    if (erases) night_erasure->note_erasure();
  }
  if (auto* to = committed_to.load(std::memory_order_acquire)) to->publish(std::move(publications));
}

void ServerApp::Parts::make_use_cases(const ServerKeys& keys) {
  ids = std::make_unique<chat::IdCodec>(keys.ids);
  tokens = std::make_unique<chat::SyncTokenCodec>(keys.tokens);
  context = std::make_unique<chat::Context>(*store, *ids, config.limits, clock);
  passwords = std::make_unique<chat::PasswordHasher>(workers, chat::PasswordCost{}, config.limits.worker_queue_jobs);
  throttle = std::make_unique<chat::LoginThrottle>(config.limits);
  session_cache = std::make_unique<chat::SessionCache>(*store, clock, config.limits.sessions_in_memory);
  presence = std::make_unique<chat::PresenceTracker>(clock, kPresenceGrace);
  people = std::make_unique<chat::People>(*context, *presence);
  hub = std::make_unique<chat::Hub>(*context, *people, bus, api::ItemFrame::encode);
  presence->set_on_change([this](UserId user, chat::PresenceView) { hub->tell_presence(user); });
  const chat::AccountContext account_context{*context, random, *passwords, *throttle, *session_cache, *presence};
  accounts = std::make_unique<chat::AccountService>(
      account_context, KITH_VERSION, [this](store::WriteTransaction& transaction, UserId user, bool is_first) {
        return chat::welcome_account(*context, transaction, user, is_first);
      });
  sessions = std::make_unique<chat::SessionService>(account_context);
  users = std::make_unique<chat::UserService>(account_context);
  rooms = std::make_unique<chat::RoomService>(*context, *people);
  messages = std::make_unique<chat::MessageService>(*context,
                                                    [this](model::Ephemeral notice) { hub->tell(std::move(notice)); });
  call_tokens = std::make_unique<call::CallTokenCodec>(keys.call_tokens, *ids);
  calls = std::make_unique<call::CallService>(
      *context, *call_tokens, [this](model::Ephemeral notice) { hub->tell(std::move(notice)); },
      [this](Duration delay, Job job) { call_later(delay, std::move(job)); });
  // After the hub: who comes into a room must be subscribed to it before its call is told.
  bus.subscribe([this](const bus::Batch& batch) { calls->handle_batch(batch); });
  administration = std::make_unique<chat::AdminService>(*context, port_checks, [this] { return check_call_ports(); });
  sync = std::make_unique<chat::SyncService>(*context, *people, *tokens, [this](const std::vector<RoomId>& of_rooms) {
    return calls->registry().calls_of(of_rooms);
  });
  committed_to.store(hub.get(), std::memory_order_release);
}

::kith::v1::CheckCallPortsResponse ServerApp::Parts::check_call_ports() {
  // The interfaces as they are now: addresses come and go while a server runs.
  const auto addresses = media_addresses(config);
  return present_ports(
      check_ports(addresses.value_or(std::vector<net::Address>{}), call_threads->ports(), clock, random));
}

void ServerApp::Parts::call_later(Duration delay, Job job) {
  net::Reactor& reactor = server->reactor(0);
  reactor.post([&reactor, delay, job = std::move(job)]() mutable { reactor.call_after(delay, std::move(job)); });
}

Result<> ServerApp::Parts::open_search() {
  TRY(search_index, store::SearchIndex::open(config.data_dir + "/search.db", chat::search_version()));
  search_follower = std::make_unique<store::SearchFollower>(
      *search_index, store->search_source(),
      [this](const model::StoredEvent& event) { return chat::searchable_text(*ids, event); }, clock);
  search = std::make_unique<chat::SearchService>(*context, *search_index);
  services = std::make_unique<api::Services>(*context, *accounts, *sessions, *users, *rooms, *messages, *sync, *search,
                                             *calls, *administration, *session_cache, *presence);
  search_follower->start();
  woken.store(search_follower.get(), std::memory_order_release);
  search_follower->wake();
  return {};
}

Result<> ServerApp::Parts::open_calls() {
  TRY(call_threads, CallThreads::open(config, {.attendance = calls->registry(),
                                               .tokens = *call_tokens,
                                               .clock = clock,
                                               .random = random,
                                               .allows_simulation = config.call_simulation}));
  calls->registry().set_media(call_threads->hosts());
  call_endpoint = std::make_unique<api::CallEndpoint>(api::CallEndpoint::Parts{.tokens = *call_tokens,
                                                                               .ids = *ids,
                                                                               .attendance = calls->registry(),
                                                                               .hosts = call_threads->hosts(),
                                                                               .limits = config.limits});
  return call_threads->start();
}

Result<> ServerApp::Parts::open_network() {
  handler = std::make_unique<api::HttpHandler>(
      *services, *call_endpoint, random,
      api::HttpHandler::Metrics{.token = Secret(config.metrics_token), .text = [this] { return metrics(); }});
  TRY(auto options, server_options(config));
  TRY(server, net::Server::create(std::move(options), *handler, clock));
  for (size_t i = 0; i < server->reactor_count(); ++i) {
    net::Reactor& reactor = server->reactor(i);
    const auto later = [&reactor](Duration delay, Job job) { reactor.call_after(delay, std::move(job)); };
    handler->add_reactor(reactor, hub->add_shard(reactor, later));
  }
  if (!config.metrics_listen.empty()) {
    metrics_handler = std::make_unique<api::MetricsHandler>([this] { return metrics(); });
    net::ServerOptions metrics_options;
    TRY(const auto address, net::Address::parse(config.metrics_listen));
    metrics_options.listen.push_back({.address = address, .is_tls = false});
    metrics_options.reactors = 1;
    TRY(metrics_server, net::Server::create(std::move(metrics_options), *metrics_handler, clock));
    metrics_server->start();
  }
  start_housekeeping();
  server->start();
  is_serving = true;
  return {};
}

void ServerApp::Parts::start_housekeeping() {
  net::Reactor& reactor = server->reactor(0);
  const auto ignore = [](const Result<>& outcome) {
    if (!outcome) log::warn("last-seen times are not stored", {{"reason", rule_of(outcome.error().reason).name}});
  };
  const auto every = [this, &reactor](Duration period, std::function<void()> job) {
    repeat(reactor, period, [this, job = std::move(job)] {
      if (keeps_house) job();
    });
  };
  reactor.post([this, every, ignore] {
    every(kPresenceSweepEvery, [this] { presence->handle_timeout(clock.now()); });
    every(kSessionsSavedEvery, [this, ignore] { spawn(sessions->save_seen(), ignore); });
    every(kUsersSavedEvery, [this, ignore] { spawn(users->save_seen(), ignore); });
    every(kCallsSavedEvery, [this, ignore] { spawn(calls->save_seen(), ignore); });
    every(kErasureTriedEvery, [this] { night_erasure->handle_tick(); });
  });
}

void ServerApp::Parts::end_housekeeping() {
  keeps_house = false;
  std::promise<void> passed;
  server->reactor(0).post([&passed] { passed.set_value(); });
  passed.get_future().wait();
}

std::string ServerApp::Parts::metrics() const {
  return api::metrics_text({.net = server->metrics(),
                            .store = store->metrics(),
                            .media = call_threads->metrics(),
                            .users_online = presence->users_online()});
}

ServerApp::Parts::~Parts() {
  if (handler) handler->set_stopping();
  if (call_threads) call_threads->drain();
  if (server && !server->stop(std::chrono::seconds(config.stop_seconds))) log::warn("some connections did not end");
  if (is_serving) end_housekeeping();
  if (calls) calls->stop();
  if (call_threads) call_threads->stop();
  if (sessions) wait_for(sessions->save_seen());
  if (users) wait_for(users->save_seen());
  metrics_server.reset();
  if (search_follower) {
    woken.store(nullptr, std::memory_order_release);
    search_follower->stop();
  }
  if (night_erasure) night_erasure->stop();
  // The store finishes what it accepted and tells reactors that still run; only then may those go.
  store.reset();
  server.reset();
}

ServerApp::ServerApp(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

ServerApp::~ServerApp() = default;

Result<std::unique_ptr<ServerApp>> ServerApp::start(const Config& config) {
  if (sodium_init() < 0) return fail(Reason::kInternal, "The cryptography library does not start.");
  TRY_VOID(make_data_folder(config.data_dir));
  auto parts = std::make_unique<Parts>(config);
  TRY_VOID(parts->open_store());
  TRY(const auto keys, wait_for(load_server_keys(*parts->store, parts->random)));
  parts->make_use_cases(keys);
  TRY_VOID(wait_for(parts->presence->load(*parts->store)));
  TRY_VOID(wait_for(parts->calls->interrupt_left_open()));
  TRY_VOID(parts->open_search());
  TRY_VOID(parts->open_calls());
  TRY_VOID(parts->open_network());
  return std::unique_ptr<ServerApp>(new ServerApp(std::move(parts)));
}

std::vector<std::string> ServerApp::urls() const {
  std::vector<std::string> urls;
  const auto addresses = parts_->server->addresses();
  for (size_t i = 0; i < addresses.size(); ++i) {
    const bool is_tls = i >= parts_->config.listen.size();
    urls.push_back((is_tls ? "https://" : "http://") + addresses[i].text());
  }
  return urls;
}

Result<> ServerApp::reload_tls() { return parts_->server->reload_tls(); }

}  // namespace kith::app
