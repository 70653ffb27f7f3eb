#include "bench/bench.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/fanout.hpp"

namespace kith::bench {
namespace {

/// Options of one benchmark live as long as its subcommand.
template <typename Options>
struct Choice {
  CommonOptions common;
  Options own;
};

void add_common(CLI::App& command, CommonOptions& common) {
  command.add_option("--seconds", common.seconds, "How long to measure")->capture_default_str();
  command.add_option("--data-dir", common.data_dir, "Data folder to use and keep; without it a new one, removed later");
  command.add_option("--server", common.binary, "Program to run as the server; without it this one");
  command.add_option("--server-cores", common.server_cores, "Cores the server may use, e.g. 0,1")->delimiter(',');
  command.add_option("--client-cores", common.client_cores, "Cores the clients may use")->delimiter(',');
  command.add_option("--server-argument", common.server_arguments, "Another argument of the server; repeatable");
  command.add_option("--text", common.text_folder, "Folder whose prose the messages are made of");
  command.add_flag("--json", common.json, "Print one line of JSON");
}

void add_tls(CLI::App& command, CommonOptions& common) {
  command.add_flag("--tls", common.tls, "Connect with TLS");
  command.add_option("--certificate", common.certificate, "PEM file with the server's certificate");
  command.add_option("--key", common.key, "PEM file with the server's private key");
}

int print(const Result<Figures>& figures, bool json) {
  if (!figures) {
    std::fprintf(stderr, "kith bench: %s\n", figures.error().message.c_str());
    return 1;
  }
  std::fputs((json ? figures->json() : figures->text()).c_str(), stdout);
  return 0;
}

/// A subcommand whose own options the caller adds to what this returns.
template <typename Options>
std::pair<CLI::App&, Options&> add(CLI::App& parent, std::function<int()>& chosen, const char* name,
                                   const char* description,
                                   Result<Figures> (*measure)(const CommonOptions&, const Options&)) {
  CLI::App& command = *parent.add_subcommand(name, description);
  auto choice = std::make_shared<Choice<Options>>();
  add_common(command, choice->common);
  add_tls(command, choice->common);
  command.callback([&chosen, choice, measure] {
    chosen = [choice, measure] { return print(measure(choice->common, choice->own), choice->common.json); };
  });
  return {command, choice->own};
}

template <typename Value>
void option(CLI::App& command, const char* name, Value& value, const char* description) {
  command.add_option(name, value, description)->capture_default_str();
}

void add_fanout(CLI::App& parent, std::function<int()>& chosen) {
  auto [command, own] = add<FanoutOptions>(parent, chosen, "fanout", "One sender, many subscribers", measure_fanout);
  option(command, "--subscribers", own.subscribers, "Sockets that hear each message");
  option(command, "--window", own.window, "Messages under way at once");
  option(command, "--users", own.users, "Users the subscribers' sessions belong to");
  option(command, "--message-bytes", own.message_bytes, "Length of the texts");
  option(command, "--bare-port", own.bare_port, "Load a bare broadcast server on this port instead");
  option(command, "--bare-pid", own.bare_process, "Its process");
  option(command, "--bare-bytes", own.bare_bytes, "Payload of its frames");
}

}  // namespace

void add_benchmarks(CLI::App& command, std::function<int()>& chosen) {
  command.require_subcommand(1);
  add_fanout(command, chosen);
}

}  // namespace kith::bench
