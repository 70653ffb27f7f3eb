#include "bench/bench.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/calls.hpp"
#include "bench/fanout.hpp"
#include "bench/idle.hpp"
#include "bench/ingest.hpp"
#include "bench/pairs.hpp"
#include "bench/reads.hpp"
#include "bench/reconnect.hpp"
#include "bench/soak.hpp"

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

void add_world(CLI::App& command, BusyPlan& world) {
  option(command, "--rooms", world.rooms, "Rooms of the server");
  option(command, "--users", world.users, "Users of the server");
  option(command, "--busy-users", world.busy_users, "Users who are in many rooms");
  option(command, "--rooms-per-busy-user", world.rooms_per_busy_user, "In how many");
}

void add_ingest(CLI::App& parent, std::function<int()>& chosen) {
  auto [command, own] = add<IngestOptions>(parent, chosen, "ingest", "Many senders: durable messages", measure_ingest);
  option(command, "--senders", own.senders, "Connections that send; 1 with --window 1 measures the ack of one message");
  option(command, "--window", own.window, "Unacknowledged messages of each");
  option(command, "--message-bytes", own.message_bytes, "Length of the texts");
  option(command, "--messages", own.messages, "Stop after so many instead of --seconds");
  command.add_flag("--pack", own.packs, "Pack the whole log when the server has stopped");
  command.add_flag("--probe-search", own.probes_search, "Measure when a message is found after its ack");
  add_world(command, own.world);
}

void add_conversations(CLI::App& parent, std::function<int()>& chosen) {
  auto [idle, connections] = add<IdleOptions>(parent, chosen, "idle", "Memory of idle connections", measure_idle);
  option(idle, "--connections", connections.connections, "How many");
  option(idle, "--sessions-per-user", connections.sessions_per_user, "Sessions of one user, one connection each");

  auto [pairs, own] = add<PairsOptions>(parent, chosen, "pairs", "People writing two by two", measure_pairs);
  option(pairs, "--pairs", own.pairs, "How many");
  option(pairs, "--window", own.window, "Messages of one sender under way at once");
  option(pairs, "--message-bytes", own.message_bytes, "Length of the texts");

  auto [reconnect, crowd] =
      add<ReconnectOptions>(parent, chosen, "reconnect", "Clients coming back after a kill", measure_reconnect);
  option(reconnect, "--clients", crowd.clients, "How many");
  option(reconnect, "--rooms", crowd.rooms, "Rooms they are in");
  option(reconnect, "--spread", crowd.spread_seconds, "They wait up to so many seconds before they come back");
  option(reconnect, "--rounds", crowd.rounds, "How often the server is killed");
}

void add_reads(CLI::App& parent, std::function<int()>& chosen) {
  const auto add_read = [&](const char* name, const char* description, auto* measure) {
    auto [command, own] = add<ReadOptions>(parent, chosen, name, description, measure);
    option(command, "--page", own.page, "Messages of one page");
    add_world(command, own.world);
  };
  add_read("history", "The newest page of random rooms", measure_history);
  add_read("search", "Searches, everywhere and in one room", measure_search);
  add_read("open", "Opening the app as a user in many rooms", measure_open);
  add_read("start", "Starting the server on its data", measure_start);
}

void add_calls(CLI::App& parent, std::function<int()>& chosen) {
  auto [command, own] = add<CallsOptions>(parent, chosen, "calls", "Calls: forwarding media", measure_calls);
  option(command, "--calls", own.calls, "How many calls");
  option(command, "--publishers", own.publishers, "Publishers of each call; they hear each other too");
  option(command, "--subscribers", own.subscribers, "Others in each call, who only listen");
  command.add_flag("--audio", own.is_audio, "Publish Opus instead of VP8; e.g. with --pps 50 --size 120");
  option(command, "--pps", own.packets_per_second, "Packets a second of each publisher");
  option(command, "--size", own.bytes, "Bytes of an RTP packet");
  option(command, "--burst", own.burst, "Packets sent at one moment, as those of a key frame");
  command.add_flag("--sha1", own.uses_sha1, "Participants know no SRTP profile but AES-CM-SHA1, as old SDKs");
  command.add_flag("--reports", own.reports_arrivals, "Subscribers report arrivals: the server estimates bandwidth");
}

void add_soak(CLI::App& parent, std::function<int()>& chosen) {
  auto [command, own] =
      add<SoakOptions>(parent, chosen, "soak", "Calls and chat for long: is memory flat?", measure_soak);
  option(command, "--calls", own.calls, "Calls, each in a room of its own");
  option(command, "--people", own.people, "People of each");
  option(command, "--changes", own.changes_per_second, "How often a second somebody joins, leaves or is cut off");
  option(command, "--messages", own.messages_per_second, "Messages a second of all");
  option(command, "--fill", own.fill, "Messages written first, until the server's caches are full");
  option(command, "--samples", own.samples, "How often memory is looked at, at equal intervals");
  option(command, "--seed", own.seed, "Who does what when; the same seed does the same");
}

}  // namespace

void add_benchmarks(CLI::App& command, std::function<int()>& chosen) {
  command.require_subcommand(1);
  add_fanout(command, chosen);
  add_ingest(command, chosen);
  add_conversations(command, chosen);
  add_reads(command, chosen);
  add_calls(command, chosen);
  add_soak(command, chosen);
}

}  // namespace kith::bench
