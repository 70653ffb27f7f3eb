#include "bench/setup.hpp"

#include <numeric>

#include "bench/sample_text.hpp"

namespace kith::bench {
namespace {

/// The server's limits that protect it from single clients stand aside: a benchmark is a few clients acting for many.
const std::vector<std::string> kOpenLimits{
    "--ws-calls-per-second",     "1000000", "--http-calls-per-second", "1000000",
    "--connections-per-address", "1000000", "--sessions-per-user",     "1000000"};

}  // namespace

Result<std::unique_ptr<Setup>> Setup::create(const CommonOptions& options, const WorldPlan& plan) {
  run_on_cores(options.client_cores);
  std::unique_ptr<Setup> setup(new Setup(options));  // tidy: naked new, the constructor is private
  const net::SystemClock clock;
  setup->tokens_ = session_tokens(plan);
  if (!options.text_folder.empty()) setup->prose_ = read_prose(options.text_folder);
  if (!setup->folder_.has_database()) TRY_VOID(build_world(setup->folder_.path(), plan, clock));
  TRY_VOID(setup->start_server(0));
  std::shared_ptr<net::TlsContext> tls;
  if (options.tls) {
    TRY(tls, net::TlsContext::create_client(net::TlsContext::Trust::kAny));
  }
  ServerProcess& server = *setup->server_;
  TRY(setup->loop_, Loop::create(options.tls ? server.tls_port() : server.port(), std::move(tls)));
  return setup;
}

Result<> Setup::start_server(uint16_t port) {
  std::vector<std::string> arguments = kOpenLimits;
  if (!options_.server_cores.empty()) {
    // The server counts the machine's cores, not those it was given.
    arguments.insert(arguments.end(), {"--reactors", std::to_string(options_.server_cores.size())});
  }
  arguments.insert(arguments.end(), options_.server_arguments.begin(), options_.server_arguments.end());
  TRY(auto server, ServerProcess::start({.binary = options_.binary,
                                         .data_dir = folder_.path(),
                                         .arguments = arguments,
                                         .cores = options_.server_cores,
                                         .certificate = options_.tls ? options_.certificate : "",
                                         .key = options_.key,
                                         .port = port},
                                        net::SystemClock()));
  server_ = std::make_unique<ServerProcess>(std::move(server));
  return {};
}

Result<Duration> Setup::restart(bool kills) {
  const uint16_t port = server_->port();
  if (kills) {
    server_->kill();
  } else {
    server_->stop();
  }
  TRY_VOID(start_server(port));
  if (options_.tls) loop_->set_port(server_->tls_port());
  return server_->start_time();
}

std::vector<size_t> user_range(size_t from, size_t to) {
  std::vector<size_t> users(to - from);
  std::iota(users.begin(), users.end(), from);
  return users;
}

}  // namespace kith::bench
