// What every benchmark shares: the options of the command line, and a server with a prepared data folder and clients.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/client.hpp"
#include "bench/data_folder.hpp"
#include "bench/process.hpp"
#include "bench/world.hpp"

namespace kith::bench {

/// Options all benchmarks understand.
struct CommonOptions {
  std::string binary;             ///< of the server; empty: this program
  std::string data_dir;           ///< kept; empty: a new one, removed at the end
  std::vector<int> server_cores;  ///< empty: all
  std::vector<int> client_cores;  ///< empty: all
  std::vector<std::string> server_arguments;
  bool tls = false;
  std::string certificate;  ///< with `key`, for TLS
  std::string key;
  std::string text_folder;  ///< prose for the messages; empty: made-up words
  double seconds = 3;
  bool json = false;
};

/// A running server with a world in its folder.
class Setup {
 public:
  /// Builds the world if the folder has no database yet, and starts the server.
  static Result<std::unique_ptr<Setup>> create(const CommonOptions& options, const WorldPlan& plan);

  /// Stops (or kills) the server and starts it again on the same port. Returns how long the start took.
  Result<Duration> restart(bool kills);

  [[nodiscard]] ServerProcess& server() { return *server_; }
  [[nodiscard]] Loop& loop() { return *loop_; }
  [[nodiscard]] const std::vector<std::string>& tokens() const { return tokens_; }
  [[nodiscard]] const std::string& data_dir() const { return folder_.path(); }
  [[nodiscard]] const std::string& prose() const { return prose_; }
  [[nodiscard]] Instant now() const { return loop_->clock().now(); }

 private:
  explicit Setup(const CommonOptions& options) : options_(options), folder_(options.data_dir) {}
  Result<> start_server(uint16_t port);

  CommonOptions options_;
  DataFolder folder_;
  std::vector<std::string> tokens_;
  std::string prose_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<Loop> loop_;
};

/// Seconds as a duration.
inline Duration seconds(double value) { return Duration(static_cast<int64_t>(value * 1e9)); }
inline double to_seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

/// All user indexes from `from` up to, not including, `to`.
std::vector<size_t> user_range(size_t from, size_t to);

}  // namespace kith::bench
