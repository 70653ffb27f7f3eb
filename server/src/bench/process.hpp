// The measured server as a process: started and stopped by the benchmark, its CPU time and memory read from /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace kith::bench {

/// CPU time of a process's living threads, user and system, in nanoseconds.
struct CpuTime {
  uint64_t total = 0;
  std::map<std::string, uint64_t> by_thread;  ///< by thread name, threads of one name together
};

/// Zeros if there is no such process.
CpuTime cpu_time(pid_t process);
/// Resident memory in bytes; 0 if there is no such process.
uint64_t resident_bytes(pid_t process);
/// Binds the calling thread and what it starts to these cores; none: leaves it as it is.
void run_on_cores(const std::vector<int>& cores);

/// One `kith serve`. Ends with its owner, also if that one crashes.
class ServerProcess {
 public:
  struct Options {
    std::string binary;  ///< empty: this program itself
    std::string data_dir;
    std::vector<std::string> arguments;  ///< besides those that follow from the fields here
    std::vector<int> cores;              ///< empty: all
    std::string certificate;             ///< with `key`: serves TLS too
    std::string key;
    uint16_t port = 0;  ///< 0: a free one
  };
  /// Starts and waits until it says that it is ready. Errors: kInternal with what it printed.
  static Result<ServerProcess> start(const Options& options, const Clock& clock);
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&& other) noexcept;
  /// Stops it gracefully.
  ~ServerProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] uint16_t port() const { return port_; }
  [[nodiscard]] uint16_t tls_port() const { return tls_port_; }
  /// From exec to ready.
  [[nodiscard]] Duration start_time() const { return start_time_; }

  /// SIGTERM, and waits for the end.
  void stop();
  /// SIGKILL, and waits for the end.
  void kill();

 private:
  ServerProcess() = default;
  void end(int signal);

  pid_t pid_ = 0;
  int output_ = -1;  ///< read end of its standard output, kept open so that it can go on printing
  uint16_t port_ = 0;
  uint16_t tls_port_ = 0;
  Duration start_time_{};
};

}  // namespace kith::bench
