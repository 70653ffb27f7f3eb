// The one binary: `kith serve`, `kith config`, `kith doctor`, `kith bench`.
#include <google/protobuf/stubs/logging.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "app/config.hpp"
#include "app/doctor.hpp"
#include "app/server_app.hpp"
#include "base/log.hpp"
#include "bench/bench.hpp"

namespace {

using kith::app::Config;

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

void configure_log(const Config& config) {
  using kith::log::Level;
  const Level level = config.log_level == "debug"   ? Level::kDebug
                      : config.log_level == "warn"  ? Level::kWarn
                      : config.log_level == "error" ? Level::kError
                                                    : Level::kInfo;
  kith::log::configure(level, config.log_format == "json" ? kith::log::Format::kJson : kith::log::Format::kPretty);
}

int fail_with(const std::string& message) {
  std::cerr << "kith: " << message << "\n";
  return 1;
}

int serve(const Config& config) {
  // Blocked before any thread starts, so that every thread leaves them to the wait below.
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  configure_log(config);
  auto server = kith::app::ServerApp::start(config);
  if (!server) return fail_with(server.error().message);
  for (const std::string& url : (*server)->urls()) std::cout << "Kith is ready at " << url << std::endl;
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) break;
    const auto reloaded = (*server)->reload_tls();
    kith::log::info(reloaded ? "TLS files read again" : "TLS files not usable, the old certificate stays");
  }
  kith::log::info("stopping");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Otherwise every malformed request of any client writes a line of its own to the log.
  google::protobuf::SetLogHandler(nullptr);
  CLI::App app("Kith: rooms, messages and search from one binary and one folder.", "kith");
  app.set_version_flag("--version", KITH_VERSION);
  app.require_subcommand(1);

  Config config;
  CLI::App* serve_command = app.add_subcommand("serve", "Run the server");
  kith::app::add_options(*serve_command, config);
  CLI::App* config_command = app.add_subcommand("config", "Explain every setting, with the values in force");
  kith::app::add_options(*config_command, config);
  std::function<int()> tool;
  kith::app::add_doctor(*app.add_subcommand("doctor", "Check an installation"), tool);
  kith::bench::add_benchmarks(*app.add_subcommand("bench", "Measure this machine under load"), tool);
  CLI11_PARSE(app, argc, argv);
  if (tool) return tool();

  CLI::App& chosen = *app.get_subcommands().front();
  if (&chosen == serve_command || &chosen == config_command) {
    if (const std::string why = kith::app::read_config_file(chosen, config); !why.empty()) return fail_with(why);
  }
  if (&chosen == config_command) {
    std::cout << kith::app::show_config(chosen);
    return 0;
  }
  return serve(config);
}
