#include "bench/process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <utility>

namespace kith::bench {
namespace {

constexpr size_t kOutputBytesMax = 64 * 1024;

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

uint64_t first_number(std::string_view text) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string> command_of(const ServerProcess::Options& options) {
  const std::string port = std::to_string(options.port);
  std::vector<std::string> words{options.binary.empty() ? "/proc/self/exe" : options.binary, "serve"};
  words.insert(words.end(), {"--data-dir", options.data_dir, "--listen", "127.0.0.1:" + port, "--log-level", "warn"});
  words.insert(words.end(), {"--media-port", "0", "--media-tcp-port", "0", "--public-address", "127.0.0.1"});
  if (!options.certificate.empty()) {
    words.insert(words.end(), {"--tls-listen", "127.0.0.1:0", "--tls-certificate", options.certificate});
    words.insert(words.end(), {"--tls-key", options.key});
  }
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  return words;
}

/// Becomes the server. Only in the child.
[[noreturn]] void become_server(std::vector<std::string> words, int output, const std::vector<int>& cores) {
  // The benchmark may be killed: no server is left behind.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  dup2(output, STDOUT_FILENO);
  run_on_cores(cores);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

/// The port of the URL that begins at a position of the text.
uint16_t port_at(std::string_view text, size_t at) {
  const size_t line_end = std::min(text.find('\n', at), text.size());
  const std::string_view line = text.substr(at, line_end - at);
  return static_cast<uint16_t>(first_number(line.substr(line.rfind(':') + 1)));
}

}  // namespace

CpuTime cpu_time(pid_t process) {
  CpuTime time;
  std::error_code error;
  const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    const uint64_t spent = first_number(first_line(task.path() / "schedstat"));
    time.total += spent;
    time.by_thread[first_line(task.path() / "comm")] += spent;
  }
  return time;
}

uint64_t resident_bytes(pid_t process) {
  const std::string sizes = first_line("/proc/" + std::to_string(process) + "/statm");
  const size_t space = sizes.find(' ');
  if (space == std::string::npos) return 0;
  return first_number(std::string_view(sizes).substr(space + 1)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void run_on_cores(const std::vector<int>& cores) {
  if (cores.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

Result<ServerProcess> ServerProcess::start(const Options& options, const Clock& clock) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(Reason::kBusy, "No descriptor left.");
  const Instant begun = clock.now();
  const size_t urls = options.certificate.empty() ? 1 : 2;
  std::vector<std::string> words = command_of(options);
  const pid_t pid = fork();
  if (pid == 0) become_server(std::move(words), ends[1], options.cores);
  ::close(ends[1]);
  ServerProcess server;
  server.pid_ = pid;
  server.output_ = ends[0];
  std::string text;
  for (size_t ready = 0; ready < urls;) {
    char buffer[512];
    const ssize_t got = ::read(server.output_, buffer, sizeof buffer);
    if (got <= 0 || text.size() > kOutputBytesMax) return fail(Reason::kInternal, "The server did not start: " + text);
    text.append(buffer, static_cast<size_t>(got));
    ready = 0;
    for (size_t at = text.find("http"); at != std::string::npos; at = text.find("http", at + 1)) {
      if (text.find('\n', at) == std::string::npos) break;
      const bool is_tls = text.compare(at, 5, "https") == 0;
      (is_tls ? server.tls_port_ : server.port_) = port_at(text, at);
      ++ready;
    }
  }
  server.start_time_ = clock.now() - begun;
  return server;
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept { *this = std::move(other); }

ServerProcess& ServerProcess::operator=(ServerProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(output_, other.output_);
  std::swap(port_, other.port_);
  std::swap(tls_port_, other.tls_port_);
  std::swap(start_time_, other.start_time_);
  return *this;
}

ServerProcess::~ServerProcess() { stop(); }

void ServerProcess::stop() { end(SIGTERM); }

void ServerProcess::kill() { end(SIGKILL); }

void ServerProcess::end(int signal) {
  if (pid_ > 0) {
    ::kill(pid_, signal);
    waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) ::close(output_);
  pid_ = 0;
  output_ = -1;
}

}  // namespace kith::bench
