#include "bench/idle.hpp"

namespace kith::bench {
namespace {

constexpr Duration kConnectTime = std::chrono::seconds(300);
constexpr Duration kSettleTime = std::chrono::seconds(3);
constexpr size_t kWarmUpConnections = 50;

class Nobody final : public ClientObserver {};

}  // namespace

Result<Figures> measure_idle(const CommonOptions& common, const IdleOptions& options) {
  const size_t users = options.connections / options.sessions_per_user + 1;
  const WorldPlan plan{.users = users,
                       .sessions_per_user = options.sessions_per_user,
                       .rooms = {{.name = "Lobby", .users = user_range(0, users)}}};
  TRY(const auto setup, Setup::create(common, plan));
  Nobody nobody;
  Crowd crowd(setup->loop(), nobody);
  const Clients clients = make_clients(crowd, setup->tokens());
  const auto middle = clients.begin() + kWarmUpConnections;
  TRY_VOID(connect_all(crowd, {clients.begin(), middle}, true, kConnectTime));
  setup->loop().run_for(kSettleTime);
  const uint64_t before = resident_bytes(setup->server().pid());
  const uint64_t cpu_before = cpu_time(setup->server().pid()).total;
  const Clients measured{middle, clients.begin() + static_cast<ptrdiff_t>(options.connections)};
  TRY_VOID(connect_all(crowd, measured, true, kConnectTime));
  const uint64_t cpu = cpu_time(setup->server().pid()).total - cpu_before;
  setup->loop().run_for(kSettleTime);
  const uint64_t after = resident_bytes(setup->server().pid());
  const auto count = static_cast<double>(measured.size());
  Figures figures;
  figures.put("connections", count);
  figures.put("server_bytes_per_connection", (static_cast<double>(after) - static_cast<double>(before)) / count);
  figures.put("server_cpu_us_per_connect", static_cast<double>(cpu) / 1000 / count);
  figures.put("resident_mb", static_cast<double>(after) / 1e6);
  return figures;
}

}  // namespace kith::bench
