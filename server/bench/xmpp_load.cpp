// Load for any XMPP server: people write to each other two by two; prints messages/s and the servers' CPU time as JSON.
// Usage: xmpp_load PORT USERS SECONDS WINDOW PROCESS…
//   Users u0, u1, … of localhost with their name as password, logged in without TLS (SASL PLAIN, RFC 6120). User 2n
//   writes to user 2n + 1 and back, 100 B each, WINDOW messages of each under way. A message that is missing, doubled
//   or out of order ends the run. The CPU time is that of the processes and all their descendants.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
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
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr size_t kBodyBytes = 100;
constexpr double kWarmUp = 1.0;
constexpr double kStall = 10.0;
char buffer[256 * 1024];

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

struct User {
  std::string name;
  int descriptor = -1;
  std::string input;      ///< not yet complete stanzas
  uint64_t sent = 0;      ///< messages written by this user
  uint64_t received = 0;  ///< messages of the other one that arrived here
};

// What servers spend

struct Spent {
  int parent = 0;
  uint64_t nanoseconds = 0;
};

/// A process' own time (all threads) and that of the children it has already waited for.
Spent spent_by(const std::filesystem::path& process) {
  Spent spent;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(process / "task", gone)) {
    uint64_t nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    spent.nanoseconds += nanoseconds;
  }
  std::string stat;
  std::getline(std::ifstream(process / "stat"), stat);
  // After the name in brackets: state, parent, …; the 13th and 14th are the children's user and system time in ticks.
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string field;
  const auto tick = static_cast<uint64_t>(1'000'000'000 / sysconf(_SC_CLK_TCK));
  for (int number = 1; number <= 15 && fields >> field; ++number) {
    if (number == 2) spent.parent = std::atoi(field.c_str());
    if (number == 14 || number == 15) spent.nanoseconds += std::strtoull(field.c_str(), nullptr, 10) * tick;
  }
  return spent;
}

/// Of these processes and all their descendants.
uint64_t cpu_nanoseconds(const std::vector<int>& roots) {
  std::map<int, Spent> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const int process = std::atoi(entry.path().filename().c_str());
    if (process > 0) all.emplace(process, spent_by(entry.path()));
  }
  uint64_t sum = 0;
  for (const auto& [process, spent] : all) {
    int ancestor = process;
    while (all.contains(ancestor) && std::ranges::find(roots, ancestor) == roots.end()) ancestor = all[ancestor].parent;
    if (all.contains(ancestor)) sum += spent.nanoseconds;
  }
  return sum;
}

// Logging in

void write_all(const User& user, std::string_view bytes) {
  if (send(user.descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
    fail(user.name + ": the server does not read");
  }
}

/// Reads until the text has come and drops everything up to its end.
void expect(User& user, std::string_view text) {
  while (user.input.find(text) == std::string::npos) {
    const ssize_t n = recv(user.descriptor, buffer, sizeof buffer, 0);
    if (n <= 0) fail(user.name + " expected " + std::string(text) + " after: " + user.input);
    user.input.append(buffer, static_cast<size_t>(n));
  }
  user.input.erase(0, user.input.find(text) + text.size());
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(static_cast<size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                                  reinterpret_cast<const unsigned char*>(bytes.data()),
                                                  static_cast<int>(bytes.size()))));
  return text;
}

User log_in(uint16_t port, size_t number) {
  User user{.name = "u" + std::to_string(number), .descriptor = socket(AF_INET, SOCK_STREAM, 0), .input = {}};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(user.descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
  const int yes = 1;
  setsockopt(user.descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const std::string begin =
      "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
      "xmlns:stream='http://etherx.jabber.org/streams'>";
  write_all(user, begin);
  expect(user, "</stream:features>");
  const std::string secret = std::string(1, '\0') + user.name + std::string(1, '\0') + user.name;
  write_all(user, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + base64(secret) + "</auth>");
  expect(user, "<success");
  write_all(user, begin);
  expect(user, "</stream:features>");
  write_all(user,
            "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>load</resource></bind>"
            "</iq>");
  expect(user, "</iq>");
  write_all(user, "<presence/>");
  expect(user, "<presence");  // the server tells every device of a user of every other: also this one
  return user;
}

// Writing to each other

class Run {
 public:
  Run(std::vector<User>& users, size_t window) : users_(users), window_(window), epoll_(epoll_create1(0)) {
    for (size_t i = 0; i < users_.size(); ++i) {
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, users_[i].descriptor, &event);
    }
  }

  void print(double seconds, const std::vector<int>& servers) {
    for (size_t i = 0; i < users_.size(); ++i) send_messages(i, window_);
    drive(kWarmUp);
    const uint64_t cpu = cpu_nanoseconds(servers);
    const uint64_t before = delivered_;
    const auto begin = SteadyClock::now();
    drive(seconds);
    const double elapsed = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    const auto messages = static_cast<double>(delivered_ - before);
    const auto used = static_cast<double>(cpu_nanoseconds(servers) - cpu);
    is_stopping_ = true;
    for (double waited = 0; delivered_ < sent_; waited += 0.1) {
      if (waited > kStall) fail("a message was not delivered");
      drive(0.1);
    }
    std::printf("{\"messages_per_second\": %.1f, \"server_cpu_us_per_message\": %.2f, \"delivered_in_all\": %lu}\n",
                messages / elapsed, used / 1000 / messages, delivered_);
  }

 private:
  void send_messages(size_t sender, uint64_t count) {
    User& user = users_[sender];
    std::string stanzas;
    for (uint64_t i = 0; i < count; ++i) {
      std::string body = std::to_string(++user.sent) + " ";
      while (body.size() < kBodyBytes) body.push_back(static_cast<char>('a' + (body.size() + user.sent) % 26));
      stanzas += "<message type='chat' id='" + std::to_string(user.sent) + "' to='" + users_[sender ^ 1].name +
                 "@localhost/load'><body>" + body + "</body></message>";
    }
    sent_ += count;
    write_all(user, stanzas);
  }

  void drive(double seconds) {
    const auto end = SteadyClock::now() + std::chrono::duration<double>(seconds);
    std::vector<epoll_event> events(1024);
    while (SteadyClock::now() < end) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10);
      for (int i = 0; i < ready; ++i) receive(events[static_cast<size_t>(i)].data.u64);
    }
  }

  void receive(size_t receiver) {
    User& user = users_[receiver];
    const ssize_t n = recv(user.descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n <= 0) fail(user.name + ": the server closed the connection: " + user.input);
    user.input.append(buffer, static_cast<size_t>(n));
    size_t over = 0;
    uint64_t arrived = 0;
    for (;;) {
      constexpr std::string_view kBegin = "<body>";
      constexpr std::string_view kEnd = "</message>";
      const size_t end = user.input.find(kEnd, over);
      if (end == std::string::npos) break;
      const size_t body = user.input.find(kBegin, over);
      if (body > end) fail(user.name + " got no message: " + user.input.substr(over, end - over));
      const uint64_t number = std::strtoull(user.input.c_str() + body + kBegin.size(), nullptr, 10);
      if (number != ++user.received) fail(user.name + " got a message twice, too late or not at all");
      over = end + kEnd.size();
      ++arrived;
    }
    user.input.erase(0, over);
    delivered_ += arrived;
    if (arrived > 0 && !is_stopping_) send_messages(receiver ^ 1, arrived);
  }

  std::vector<User>& users_;
  size_t window_;
  int epoll_;
  uint64_t sent_ = 0;
  uint64_t delivered_ = 0;
  bool is_stopping_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) fail("xmpp_load PORT USERS SECONDS WINDOW PROCESS…");
  const auto port = static_cast<uint16_t>(std::atoi(argv[1]));
  std::vector<User> users;
  for (size_t i = 0; i < std::strtoull(argv[2], nullptr, 10); ++i) users.push_back(log_in(port, i));
  std::vector<int> servers;
  for (int i = 5; i < argc; ++i) servers.push_back(std::atoi(argv[i]));
  Run(users, std::strtoull(argv[4], nullptr, 10)).print(std::atof(argv[3]), servers);
}
