// Load for any WebSocket server that fans out or echoes; prints the server's CPU time per delivery as JSON.
// Usage: socket_load fan|echo|idle PORT CONNECTIONS SECONDS WINDOW SERVER_PID [tls] [TARGET]
//   fan: the first socket sends 200 B messages that all others get, WINDOW of them in flight (each counts as in flight
//   until its last receiver has it) · echo: every socket sends 64 B and waits for it · idle: sockets that only exist.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  std::string mode;
  uint16_t port;
  size_t connections;
  double seconds;
  size_t window;
  int server;
  bool is_tls;
  std::string target;
};

struct Client {
  int descriptor = -1;
  SSL* tls = nullptr;
  uint64_t bytes = 0;  ///< received since the handshake
};

constexpr size_t kFanPayload = 200;
constexpr size_t kEchoPayload = 64;
char buffer[256 * 1024];

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// User and system time of all threads of a process.
uint64_t cpu_nanoseconds(int process) {
  uint64_t sum = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    uint64_t nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    sum += nanoseconds;
  }
  return sum;
}

/// Private memory of a process.
uint64_t anonymous_bytes(int process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("RssAnon:")) return std::strtoull(line.c_str() + 8, nullptr, 10) * 1024;
  }
  return 0;
}

ssize_t write_some(Client& client, const std::string& bytes) {
  return client.tls != nullptr ? SSL_write(client.tls, bytes.data(), static_cast<int>(bytes.size()))
                               : send(client.descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

/// Bytes read, 0 if there are none now.
size_t read_some(Client& client) {
  const ssize_t n = client.tls != nullptr ? SSL_read(client.tls, buffer, sizeof buffer)
                                          : recv(client.descriptor, buffer, sizeof buffer, 0);
  if (n > 0) return static_cast<size_t>(n);
  const bool waits = client.tls != nullptr ? SSL_get_error(client.tls, static_cast<int>(n)) == SSL_ERROR_WANT_READ
                                           : n < 0 && errno == EAGAIN;
  if (!waits) fail("the server closed a socket");
  return 0;
}

Client connect_one(const Options& options, SSL_CTX* context) {
  Client client{.descriptor = socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client.descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
  const int yes = 1;
  setsockopt(client.descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (context != nullptr) {
    client.tls = SSL_new(context);
    SSL_set_fd(client.tls, client.descriptor);
    if (SSL_connect(client.tls) != 1) fail("TLS handshake");
  }
  write_some(client, "GET " + options.target +
                         " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  std::string answer;
  while (!answer.ends_with("\r\n\r\n")) {
    char byte = 0;
    const ssize_t n = client.tls != nullptr ? SSL_read(client.tls, &byte, 1) : recv(client.descriptor, &byte, 1, 0);
    if (n != 1) fail("WebSocket handshake");
    answer.push_back(byte);
  }
  if (!answer.starts_with("HTTP/1.1 101")) fail(answer.c_str());
  return client;
}

std::string masked_frame(size_t payload) {
  std::string frame("\x82", 1);
  if (payload < 126) {
    frame.push_back(static_cast<char>(0x80 | payload));
  } else {
    frame += {static_cast<char>(0xFE), static_cast<char>(payload >> 8), static_cast<char>(payload)};
  }
  frame += "mask";
  for (size_t i = 0; i < payload; ++i) frame.push_back(static_cast<char>("mask"[i % 4] ^ 'x'));
  return frame;
}

/// Drives the sockets for a time and measures between `begin` and `end`.
class Run {
 public:
  Run(const Options& options, std::vector<Client>& clients) : options_(options), clients_(clients) {
    is_fan_ = options.mode == "fan";
    const size_t payload = is_fan_ ? kFanPayload : kEchoPayload;
    out_frame_ = masked_frame(payload);
    in_frame_ = payload + (payload < 126 ? 2 : 4);
    epoll_ = epoll_create1(0);
    for (Client& client : clients_) {
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &client}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, client.descriptor, &event);
    }
  }

  void print() {
    if (is_fan_) {
      send_messages(options_.window);
    } else {
      for (Client& client : clients_) write_some(client, out_frame_);
    }
    drive(0.3);  // warm caches and socket buffers
    const uint64_t cpu = cpu_nanoseconds(options_.server);
    const uint64_t deliveries = deliveries_;
    const auto begin = SteadyClock::now();
    sweeps_.clear();
    drive(options_.seconds);
    const double elapsed = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    const auto used = static_cast<double>(cpu_nanoseconds(options_.server) - cpu);
    const auto done = static_cast<double>(deliveries_ - deliveries);
    std::ranges::sort(sweeps_);
    const auto at = [&](double part) {
      return sweeps_.empty() ? 0.0 : sweeps_[static_cast<size_t>(part * static_cast<double>(sweeps_.size() - 1))];
    };
    std::printf(
        "{\"ns_per_delivery\": %.1f, \"deliveries_per_second\": %.0f, \"server_cpu\": %.2f, "
        "\"sweep_ms_p50\": %.2f, \"sweep_ms_p99\": %.2f}\n",
        used / done, done / elapsed, used / 1e9 / elapsed, at(0.5), at(0.99));
  }

 private:
  void send_messages(size_t count) {
    std::string frames;
    for (size_t i = 0; i < count; ++i) frames += out_frame_;
    const auto now = SteadyClock::now();
    for (size_t i = 0; i < count; ++i) sent_at_.push_back(now);
    if (write_some(clients_[0], frames) != static_cast<ssize_t>(frames.size())) fail("send");
  }

  void drive(double seconds) {
    const auto end = SteadyClock::now() + std::chrono::duration<double>(seconds);
    std::vector<epoll_event> events(4096);
    while (SteadyClock::now() < end) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < ready; ++i) receive(*static_cast<Client*>(events[static_cast<size_t>(i)].data.ptr));
      if (is_fan_) refill();
    }
  }

  void receive(Client& client) {
    size_t got = 0;
    while ((got = read_some(client)) > 0) {
      const uint64_t before = client.bytes / in_frame_;
      client.bytes += got;
      const uint64_t frames = client.bytes / in_frame_ - before;
      deliveries_ += frames;
      if (!is_fan_) {
        for (uint64_t i = 0; i < frames; ++i) write_some(client, out_frame_);
      }
      if (client.tls == nullptr && got < sizeof buffer) break;
    }
  }

  /// A message is over when all receivers have it: then the next may follow.
  void refill() {
    uint64_t slowest = UINT64_MAX;
    if (deliveries_ < (completed_ + 1) * (clients_.size() - 1)) return;
    for (size_t i = 1; i < clients_.size(); ++i) slowest = std::min(slowest, clients_[i].bytes / in_frame_);
    const auto now = SteadyClock::now();
    const size_t over = slowest - completed_;
    for (; completed_ < slowest; ++completed_) {
      sweeps_.push_back(std::chrono::duration<double, std::milli>(now - sent_at_[completed_]).count());
    }
    if (over > 0) send_messages(over);
  }

  const Options& options_;
  std::vector<Client>& clients_;
  bool is_fan_ = false;
  std::string out_frame_;
  size_t in_frame_ = 0;
  int epoll_ = -1;
  uint64_t deliveries_ = 0;
  uint64_t completed_ = 0;
  std::vector<SteadyClock::time_point> sent_at_;
  std::vector<double> sweeps_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) return 1;
  const Options options{.mode = argv[1],
                        .port = static_cast<uint16_t>(std::atoi(argv[2])),
                        .connections = std::strtoull(argv[3], nullptr, 10),
                        .seconds = std::atof(argv[4]),
                        .window = std::strtoull(argv[5], nullptr, 10),
                        .server = std::atoi(argv[6]),
                        .is_tls = argc > 7 && std::string(argv[7]) == "tls",
                        .target = argc > 8 ? argv[8] : "/"};
  SSL_CTX* context = options.is_tls ? SSL_CTX_new(TLS_client_method()) : nullptr;
  if (context != nullptr) SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  std::vector<Client> clients(options.connections);
  clients[0] = connect_one(options, context);  // what the first connection costs once is not counted per connection
  const uint64_t memory = anonymous_bytes(options.server);
  for (size_t i = 1; i < clients.size(); ++i) clients[i] = connect_one(options, context);
  for (const Client& client : clients) fcntl(client.descriptor, F_SETFL, O_NONBLOCK);
  if (options.mode == "idle") {
    std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
    const auto grown = static_cast<double>(anonymous_bytes(options.server) - memory);
    std::printf("{\"bytes_per_connection\": %.0f}\n", grown / static_cast<double>(clients.size() - 1));
    return 0;
  }
  Run(options, clients).print();
}
