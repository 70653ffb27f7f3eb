// The floor for fan-out and echo: a bare epoll WebSocket server, plain or TLS, with nothing that a product needs.
// Usage: reference_fanout PORT fan|echo [CERTIFICATE KEY]. Each message goes to all other sockets (fan) or back (echo);
// what waits for a socket leaves with one write per loop pass.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Peer {
  int descriptor = -1;
  SSL* tls = nullptr;
  bool is_open = false;  ///< the WebSocket handshake is over
  bool is_dirty = false;
  std::string in;
  std::string out;
};

SSL_CTX* tls_context = nullptr;
bool echoes = false;
int epoll = -1;
std::vector<std::unique_ptr<Peer>> peers;
std::vector<Peer*> dirty;
std::vector<Peer*> closed;
char buffer[64 * 1024];

void mark(Peer& peer) {
  if (peer.is_dirty) return;
  peer.is_dirty = true;
  dirty.push_back(&peer);
}

void flush(Peer& peer) {
  peer.is_dirty = false;
  size_t sent = 0;
  while (sent < peer.out.size()) {
    const size_t left = peer.out.size() - sent;
    const ssize_t n = peer.tls != nullptr ? SSL_write(peer.tls, peer.out.data() + sent, static_cast<int>(left))
                                          : send(peer.descriptor, peer.out.data() + sent, left, MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += static_cast<size_t>(n);
  }
  peer.out.erase(0, sent);
  if (!peer.out.empty()) mark(peer);
}

void answer_handshake(Peer& peer) {
  const size_t at = peer.in.find("Sec-WebSocket-Key: ");
  if (at == std::string::npos || peer.in.find("\r\n\r\n") == std::string::npos) return;
  const std::string key = peer.in.substr(at + 19, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_Digest(key.data(), key.size(), digest, nullptr, EVP_sha1(), nullptr);
  unsigned char accept[32];
  EVP_EncodeBlock(accept, digest, 20);
  peer.out += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
  peer.out += reinterpret_cast<const char*>(accept);
  peer.out += "\r\n\r\n";
  std::string().swap(peer.in);
  peer.is_open = true;
  mark(peer);
}

void handle_message(Peer& from, const char* payload, size_t size) {
  char header[4] = {static_cast<char>(0x82), static_cast<char>(size), 0, 0};
  size_t header_size = 2;
  if (size > 125) {
    header[1] = 126;
    header[2] = static_cast<char>(size >> 8);
    header[3] = static_cast<char>(size);
    header_size = 4;
  }
  static std::string frame;
  frame.assign(header, header_size).append(payload, size);
  if (echoes) {
    from.out += frame;
    return mark(from);
  }
  for (const auto& peer : peers) {
    if (peer.get() == &from || !peer->is_open) continue;
    peer->out += frame;
    mark(*peer);
  }
}

/// Masked frames below 64 KiB, as the load generator sends them.
void handle_bytes(Peer& peer, char* data, size_t size) {
  if (!peer.is_open) {
    peer.in.append(data, size);
    return answer_handshake(peer);
  }
  if (!peer.in.empty()) {
    peer.in.append(data, size);
    data = peer.in.data();
    size = peer.in.size();
  }
  size_t at = 0;
  while (size - at >= 2) {
    size_t length = data[at + 1] & 0x7F;
    size_t header = 2;
    if (length == 126) {
      if (size - at < 4) break;
      length = static_cast<uint8_t>(data[at + 2]) << 8 | static_cast<uint8_t>(data[at + 3]);
      header = 4;
    }
    if (size - at < header + 4 + length) break;
    const char* mask = data + at + header;
    char* payload = data + at + header + 4;
    for (size_t i = 0; i < length; ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    handle_message(peer, payload, length);
    at += header + 4 + length;
  }
  std::string rest(data + at, size - at);
  peer.in.swap(rest);
}

void end(Peer& peer) {
  if (peer.descriptor < 0) return;
  if (peer.tls != nullptr) SSL_free(peer.tls);
  close(peer.descriptor);
  peer.descriptor = -1;
  peer.is_open = false;
  peer.out.clear();
  closed.push_back(&peer);
}

void read(Peer& peer) {
  while (peer.descriptor >= 0) {
    const ssize_t n = peer.tls != nullptr ? SSL_read(peer.tls, buffer, sizeof buffer)
                                          : recv(peer.descriptor, buffer, sizeof buffer, 0);
    if (n <= 0) {
      const bool waits = peer.tls != nullptr ? SSL_get_error(peer.tls, static_cast<int>(n)) == SSL_ERROR_WANT_READ
                                             : n < 0 && errno == EAGAIN;
      if (!waits) end(peer);
      return;
    }
    handle_bytes(peer, buffer, static_cast<size_t>(n));
    if (peer.tls == nullptr && static_cast<size_t>(n) < sizeof buffer) return;
  }
}

void accept_all(int listener) {
  int descriptor = -1;
  while ((descriptor = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
    const int yes = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    peers.push_back(std::make_unique<Peer>());
    Peer& peer = *peers.back();
    peer.descriptor = descriptor;
    if (tls_context != nullptr) {
      peer.tls = SSL_new(tls_context);
      SSL_set_fd(peer.tls, descriptor);
      SSL_set_accept_state(peer.tls);
    }
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &peer}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
  }
}

int listen_on(uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 4096) != 0) {
    std::perror("listen");
    std::exit(1);
  }
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  return listener;
}

void make_tls_context(const char* certificate, const char* key) {
  tls_context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_mode(tls_context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(tls_context, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_use_certificate_chain_file(tls_context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(tls_context, key, SSL_FILETYPE_PEM) != 1) {
    std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) return 1;
  std::signal(SIGPIPE, SIG_IGN);
  echoes = std::string(argv[2]) == "echo";
  if (argc == 5) make_tls_context(argv[3], argv[4]);
  epoll = epoll_create1(0);
  const int listener = listen_on(static_cast<uint16_t>(std::atoi(argv[1])));
  std::vector<epoll_event> events(1024);
  while (true) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), dirty.empty() ? -1 : 1);
    for (int i = 0; i < ready; ++i) {
      if (auto* peer = static_cast<Peer*>(events[static_cast<size_t>(i)].data.ptr)) {
        read(*peer);
      } else {
        accept_all(listener);
      }
    }
    std::vector<Peer*> flushing;
    flushing.swap(dirty);
    for (Peer* peer : flushing) flush(*peer);
    if (closed.empty()) continue;
    std::erase_if(peers, [](const auto& peer) { return peer->descriptor < 0 && !peer->is_dirty; });
    closed.clear();
  }
}
