// The network layer alone, doing what the reference does: each message to all other sockets (fan), or back (echo).
// Usage: net_fanout PORT fan|echo [CERTIFICATE KEY]; one reactor.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "net/server.hpp"
#include "net/system_clock.hpp"

namespace {

using namespace kith::net;

struct Room {
  bool echoes = false;
  std::vector<WebSocket*> sockets;
};

class Session final : public SocketHandler {
 public:
  Session(Room& room, WebSocket& socket) : room_(room), socket_(socket), index_(room.sockets.size()) {
    room.sockets.push_back(&socket);
  }
  void on_message(std::string_view payload, bool) override {
    const SharedBuffer frame = make_frame(Opcode::kBinary, payload);
    if (room_.echoes) return socket_.send(frame);
    for (WebSocket* socket : room_.sockets) {
      if (socket != nullptr && socket != &socket_) socket->send(frame);
    }
  }
  void on_closed(CloseCode) override { room_.sockets[index_] = nullptr; }

 private:
  Room& room_;
  WebSocket& socket_;
  size_t index_;
};

class RoomHandler final : public Handler {
 public:
  explicit RoomHandler(Room& room) : room_(room) {}
  void handle_request(Request, Responder responder) override {
    responder.upgrade([this](WebSocket& socket) { return std::make_shared<Session>(room_, socket); });
  }

 private:
  Room& room_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) return 1;
  Room room{.echoes = std::string(argv[2]) == "echo", .sockets = {}};
  RoomHandler handler(room);
  SystemClock clock;
  ServerOptions options;
  options.reactors = 1;
  options.listen = {
      {.address = *Address::parse_ip("127.0.0.1", static_cast<uint16_t>(std::atoi(argv[1]))), .is_tls = argc == 5}};
  if (argc == 5) {
    options.certificate_path = argv[3];
    options.key_path = argv[4];
  }
  auto server = Server::create(std::move(options), handler, clock);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  (*server)->start();
  int signal = 0;
  sigwait(&ends, &signal);
  const Metrics metrics = (*server)->metrics();
  std::fprintf(stderr, "frames %lu writes %lu slow %lu handshakes %lu failed %lu\n", metrics.frames_out, metrics.writes,
               metrics.slow_disconnects, metrics.tls_handshakes, metrics.tls_failures);
}
