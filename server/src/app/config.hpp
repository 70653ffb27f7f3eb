// Every setting of the server: from the command line, the environment (KITH_…), and kith.toml, in that order of weight.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"

namespace CLI {
class App;
}

namespace kith::app {

inline constexpr uint16_t kMediaPortDefault = 7882;
inline constexpr uint16_t kMediaTcpPortDefault = 7881;

struct Config {
  std::string file;  ///< kith.toml; empty: the one in the data folder if there is one
  std::string data_dir = "data";
  std::vector<std::string> listen{"127.0.0.1:8080"};
  std::vector<std::string> tls_listen;
  std::string tls_certificate;
  std::string tls_key;
  std::vector<std::string> trusted_proxies;
  std::string metrics_listen;
  std::string metrics_token;
  uint16_t media_port = kMediaPortDefault;
  uint16_t media_tcp_port = kMediaTcpPortDefault;
  std::vector<std::string> public_address;
  size_t media_threads = 0;  ///< 0: one per two cores, at least one
  bool call_simulation = false;
  size_t reactors = 0;  ///< 0: one per core
  size_t readers = 0;   ///< 0: one per core, at least two
  size_t workers = 0;   ///< 0: one per core
  std::string log_level = "info";
  std::string log_format = "pretty";
  uint32_t stop_seconds = 10;
  int erase_hour = 3;
  Limits limits;
};

/// Adds an option for each setting, with its explanation, its variable and its default.
void add_options(CLI::App& command, Config& config);
/// Takes from kith.toml what neither the command line nor the environment said. Returns an explanation if the file
/// cannot be read or names something that is no setting; empty if all is well.
std::string read_config_file(CLI::App& command, Config& config);
/// All settings as a kith.toml with explanations and the values in force. Secrets are left out.
std::string show_config(const CLI::App& command);

}  // namespace kith::app
