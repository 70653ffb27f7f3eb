#include "app/config.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

namespace kith::app {
namespace {

/// "--data-dir" → "KITH_DATA_DIR".
std::string variable_of(std::string option) {
  option.erase(0, 2);
  std::string variable = "KITH_";
  for (const char c : option)
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

template <typename T>
CLI::Option* add(CLI::App& command, const std::string& name, T& value, const std::string& explanation) {
  return command.add_option(name, value, explanation)->capture_default_str()->envname(variable_of(name));
}

/// An option's value as TOML: a text, or a list of texts where several are allowed.
std::string value_text(const CLI::Option& option) {
  const bool is_list = option.get_items_expected_max() > 1;
  std::vector<std::string> values = option.results();
  if (values.empty()) {
    // CLI11 shows a list's default as "[one,two]".
    std::string shown = option.get_default_str();
    if (is_list && shown.size() >= 2) shown = shown.substr(1, shown.size() - 2);
    values = is_list && shown.empty() ? std::vector<std::string>{} : CLI::detail::split(shown, is_list ? ',' : '\n');
  }
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "\"" : ", \"") + value + "\"";
  if (is_list) return "[" + text + "]";
  return text.empty() ? "\"\"" : text;
}

void add_limits(CLI::App& command, Limits& limits) {
  const auto limit = [&](const std::string& name, auto& value, const std::string& explanation) {
    add(command, name, value, explanation)->group("Limits");
  };
  limit("--http-header-bytes", limits.http_header_bytes, "Request line and header fields of one HTTP request together");
  limit("--http-body-bytes", limits.http_body_bytes, "Body of one API call");
  limit("--connections-per-reactor", limits.connections_per_reactor, "Sockets one reactor accepts");
  limit("--connections-per-address", limits.connections_per_address, "Sockets from one address");
  limit("--ws-message-bytes", limits.ws_message_bytes, "One WebSocket message, all fragments together");
  limit("--ws-queue-bytes", limits.ws_queue_bytes, "Unsent bytes of one connection; a slower reader is disconnected");
  limit("--ws-calls-per-second", limits.ws_calls_per_second, "Calls of one realtime connection");
  limit("--sends-in-flight", limits.sends_in_flight, "Unacknowledged sends of one connection");
  limit("--http-calls-per-second", limits.http_calls_per_second,
        "HTTP calls of one session, or of one address before login");
  limit("--poll-connections", limits.poll_connections, "Connections by long polling");
  limit("--message-bytes", limits.message_bytes, "Text of one message, in bytes of UTF-8");
  limit("--page-size", limits.page_size, "Entries of any list's page");
  limit("--members-per-room", limits.members_per_room, "Members of one room");
  limit("--rooms-per-user", limits.rooms_per_user, "Rooms of one user");
  limit("--sessions-per-user", limits.sessions_per_user, "Sessions of one user; the one unused for longest ends");
  limit("--calls", limits.calls, "Calls going on at once");
  limit("--call-participants", limits.call_participants, "People in one call at once");
  limit("--call-ring-seconds", limits.call_ring_seconds, "How long an unanswered call rings");
  limit("--writer-queue-commands", limits.writer_queue_commands, "Waiting writes");
  limit("--reader-queue-jobs", limits.reader_queue_jobs, "Waiting reads");
  limit("--tail-cache-bytes", limits.tail_cache_bytes, "Memory for the newest messages of active rooms");
}

}  // namespace

void add_options(CLI::App& command, Config& config) {
  add(command, "--config", config.file, "Settings file; without it kith.toml in the data folder, if there is one");
  add(command, "--data-dir", config.data_dir, "Folder that holds everything: database, search index, files");
  add(command, "--listen", config.listen, "HOST:PORT to serve HTTP on; several are allowed");
  add(command, "--tls-listen", config.tls_listen, "HOST:PORT to serve HTTPS on; several are allowed");
  add(command, "--tls-certificate", config.tls_certificate, "PEM file with the certificate chain for --tls-listen");
  add(command, "--tls-key", config.tls_key, "PEM file with the private key for --tls-listen");
  add(command, "--trusted-proxies", config.trusted_proxies,
      "Addresses or networks whose X-Forwarded-For and -Proto are believed");
  add(command, "--metrics-listen", config.metrics_listen,
      "HOST:PORT to serve Prometheus metrics on, without a token: keep it private");
  add(command, "--metrics-token", config.metrics_token,
      "Serve /metrics on the main address to whoever sends this as a bearer token");
  add(command, "--media-port", config.media_port,
      "UDP port of calls; further media threads use those after it; 0 means any free one");
  add(command, "--media-tcp-port", config.media_tcp_port,
      "TCP port of calls, for networks without UDP; further media threads use those after it; 0 means none");
  add(command, "--public-address", config.public_address,
      "IP address at which calls reach this server; several are allowed; without: those of the interfaces");
  add(command, "--media-threads", config.media_threads,
      "Threads that forward calls; 0 means one per two cores, at least one");
  add(command, "--call-simulation", config.call_simulation,
      "Let clients make their own calls go wrong (LiveKit's simulateScenario); for tests");
  add(command, "--reactors", config.reactors, "Threads that serve connections; 0 means one per core");
  add(command, "--readers", config.readers, "Threads that read the store; 0 means one per core");
  add(command, "--workers", config.workers, "Threads for password hashing; 0 means one per core");
  add(command, "--log-level", config.log_level, "Least important line to log")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  add(command, "--log-format", config.log_format, "Lines for people or for machines")
      ->check(CLI::IsMember({"pretty", "json"}));
  add(command, "--stop-seconds", config.stop_seconds, "How long a stop waits for requests under way");
  add(command, "--erase-hour", config.erase_hour,
      "Hour of the night, local time, in which erased content leaves the files' unused space")
      ->check(CLI::Range(0, 23));
  add_limits(command, config.limits);
}

std::string read_config_file(CLI::App& command, Config& config) {
  std::string path = config.file;
  if (path.empty()) {
    path = (std::filesystem::path(config.data_dir) / "kith.toml").string();
    if (!std::filesystem::exists(path)) return {};
  }
  std::ifstream file(path);
  if (!file) return "cannot read " + path;
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(file)) {
      CLI::Option* option = command.get_option_no_throw("--" + item.fullname());
      if (option == nullptr) return path + ": there is no setting \"" + item.fullname() + "\"";
      if (option->count() > 0) continue;
      for (const std::string& value : item.inputs) option->add_result(value);
      option->run_callback();
    }
  } catch (const CLI::Error& error) {
    return path + ": " + error.what();
  }
  return {};
}

std::string show_config(const CLI::App& command) {
  std::string out = "# Settings of Kith. Each may also be given as --name VALUE or in the variable named beside it.\n";
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_single_name();
    if (name == "help" || name == "config") continue;
    std::string explanation = option->get_description();
    out += "\n# " + explanation + " (" + option->get_envname() + ")\n";
    if (name == "metrics-token") {
      out += "# metrics-token = \"…\"\n";
      continue;
    }
    const bool is_given = option->count() > 0;
    out += (is_given ? "" : "# ") + name + " = " + value_text(*option) + "\n";
  }
  return out;
}

}  // namespace kith::app
