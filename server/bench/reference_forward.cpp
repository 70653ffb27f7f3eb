// The bare forwarding core that calls are measured against: SRTP packets of one publisher to many subscribers and
// nothing else – receive a batch, decrypt, rewrite the header, encrypt for each subscriber, send a batch.
//
// reference_forward SUBSCRIBERS PACKETS_PER_SECOND BYTES BURST SECONDS [sha1]
// Forwards on core 0; a second process on core 1 is publisher and subscribers. With BURST > 1 a subscriber's packets of
// one burst leave as one write that the kernel cuts (UDP_SEGMENT). Packets are protected with AES-128-GCM, or with
// AES-CM-SHA1. Prints one line of JSON.
#define OPENSSL_SUPPRESS_DEPRECATED  // SHA_CTX: the state of OpenSSL 3's digests cannot be copied without an allocation

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <vector>

namespace {

constexpr size_t kBatch = 64;
constexpr size_t kHeader = 12;
constexpr size_t kRoom = 2048;
constexpr int kBufferBytes = 8 * 1024 * 1024;

struct Plan {
  size_t subscribers;
  uint64_t packets_per_second;
  size_t bytes;  ///< of an RTP packet, header included
  size_t burst;
  uint64_t seconds;
  bool uses_sha1;
  [[nodiscard]] uint64_t packets() const { return packets_per_second * seconds / burst * burst; }
};

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

uint64_t nanoseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

void run_on_core(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int open_socket(uint16_t& port) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (descriptor < 0 || bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0) die("bind");
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &kBufferBytes, sizeof kBufferBytes);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &kBufferBytes, sizeof kBufferBytes);
  port = ntohs(address.sin_port);
  return descriptor;
}

/// Protects packets that begin with a bare RTP header; the rollover counter stays 0.
class Cipher {
 public:
  virtual ~Cipher() = default;
  [[nodiscard]] virtual size_t tag_size() const = 0;
  /// `packet` begins with the header; payload and tag are written behind it.
  virtual void seal(uint8_t* packet, const uint8_t* payload, size_t size) = 0;
  virtual bool open(uint8_t* packet, size_t size) = 0;
};

/// AES-128-GCM of RFC 7714 with a fixed key and salt.
class Gcm final : public Cipher {
 public:
  Gcm(uint8_t key, bool encrypts) : context_(EVP_CIPHER_CTX_new()) {
    std::array<uint8_t, 16> bytes{};
    bytes.fill(key);
    EVP_CipherInit_ex(context_, EVP_aes_128_gcm(), nullptr, bytes.data(), nullptr, encrypts ? 1 : 0);
  }
  [[nodiscard]] size_t tag_size() const override { return kTag; }
  void seal(uint8_t* packet, const uint8_t* payload, size_t size) override {
    int written = 0;
    begin(packet);
    EVP_CipherUpdate(context_, packet + kHeader, &written, payload, static_cast<int>(size));
    EVP_EncryptFinal_ex(context_, packet + kHeader + size, &written);
    EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, kTag, packet + kHeader + size);
  }
  bool open(uint8_t* packet, size_t size) override {
    const size_t payload = size - kHeader - kTag;
    int written = 0;
    begin(packet);
    EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_TAG, kTag, packet + kHeader + payload);
    EVP_CipherUpdate(context_, packet + kHeader, &written, packet + kHeader, static_cast<int>(payload));
    return EVP_DecryptFinal_ex(context_, packet, &written) == 1;
  }

 private:
  static constexpr size_t kTag = 16;
  void begin(const uint8_t* header) {
    std::array<uint8_t, 12> iv{};
    std::memcpy(iv.data() + 2, header + 8, 4);
    std::memcpy(iv.data() + 10, header + 2, 2);
    int written = 0;
    EVP_CipherInit_ex(context_, nullptr, nullptr, nullptr, iv.data(), -1);
    EVP_CipherUpdate(context_, nullptr, &written, header, kHeader);
  }
  EVP_CIPHER_CTX* context_;
};

/// AES-128 in counter mode and HMAC-SHA1 of RFC 3711 with fixed keys and salt. What HMAC makes of its key is kept.
class CounterSha1 final : public Cipher {
 public:
  CounterSha1(uint8_t key, bool encrypts) : context_(EVP_CIPHER_CTX_new()) {
    std::array<uint8_t, 16> bytes{};
    bytes.fill(key);
    EVP_CipherInit_ex(context_, EVP_aes_128_ctr(), nullptr, bytes.data(), nullptr, encrypts ? 1 : 0);
    inner_ = prepare(key, 0x36);
    outer_ = prepare(key, 0x5C);
  }
  [[nodiscard]] size_t tag_size() const override { return kTag; }
  void seal(uint8_t* packet, const uint8_t* payload, size_t size) override {
    crypt(packet, payload, size);
    const Digest digest = authenticate(packet, kHeader + size);
    std::memcpy(packet + kHeader + size, digest.data(), kTag);
  }
  bool open(uint8_t* packet, size_t size) override {
    const Digest digest = authenticate(packet, size - kTag);
    if (std::memcmp(packet + size - kTag, digest.data(), kTag) != 0) return false;
    crypt(packet, packet + kHeader, size - kHeader - kTag);
    return true;
  }

 private:
  static constexpr size_t kTag = 10;
  using Digest = std::array<uint8_t, SHA_DIGEST_LENGTH>;

  static SHA_CTX prepare(uint8_t key, uint8_t pad) {
    std::array<uint8_t, SHA_CBLOCK> block{};
    block.fill(pad);
    for (size_t i = 0; i < SHA_DIGEST_LENGTH; ++i) block[i] ^= key;
    SHA_CTX state;
    SHA1_Init(&state);
    SHA1_Update(&state, block.data(), block.size());
    return state;
  }
  void crypt(uint8_t* packet, const uint8_t* payload, size_t size) {
    std::array<uint8_t, 16> iv{};
    std::memcpy(iv.data() + 4, packet + 8, 4);
    std::memcpy(iv.data() + 12, packet + 2, 2);
    int written = 0;
    EVP_CipherInit_ex(context_, nullptr, nullptr, nullptr, iv.data(), -1);
    EVP_CipherUpdate(context_, packet + kHeader, &written, payload, static_cast<int>(size));
  }
  [[nodiscard]] Digest authenticate(const uint8_t* packet, size_t size) const {
    const std::array<uint8_t, 4> rollover{};
    Digest digest{};
    SHA_CTX state = inner_;
    SHA1_Update(&state, packet, size);
    SHA1_Update(&state, rollover.data(), rollover.size());
    SHA1_Final(digest.data(), &state);
    state = outer_;
    SHA1_Update(&state, digest.data(), digest.size());
    SHA1_Final(digest.data(), &state);
    return digest;
  }
  EVP_CIPHER_CTX* context_;
  SHA_CTX inner_;
  SHA_CTX outer_;
};

std::unique_ptr<Cipher> make_cipher(const Plan& plan, uint8_t key, bool encrypts) {
  if (plan.uses_sha1) return std::make_unique<CounterSha1>(key, encrypts);
  return std::make_unique<Gcm>(key, encrypts);
}

/// Many equal buffers, received into or sent from with one call.
struct Batch {
  explicit Batch(size_t count, size_t room)
      : slab(count * room), pieces(count), messages(count), controls(count), addresses(count) {
    for (size_t i = 0; i < count; ++i) {
      pieces[i] = {.iov_base = slab.data() + i * room, .iov_len = room};
      messages[i].msg_hdr.msg_iov = &pieces[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
  }
  struct alignas(cmsghdr) Control {
    std::array<uint8_t, CMSG_SPACE(sizeof(uint16_t))> bytes;
  };
  std::vector<uint8_t> slab;
  std::vector<iovec> pieces;
  std::vector<mmsghdr> messages;
  std::vector<Control> controls;
  std::vector<sockaddr_in> addresses;
};

class Forwarder {
 public:
  Forwarder(const Plan& plan, int descriptor, const std::vector<uint16_t>& ports)
      : plan_(plan),
        descriptor_(descriptor),
        in_(kBatch, kRoom),
        out_(ports.size(), plan.burst * kRoom),
        unprotector_(make_cipher(plan, 0xFF, false)),
        tag_(unprotector_->tag_size()) {
    for (size_t i = 0; i < ports.size(); ++i) {
      protectors_.push_back(make_cipher(plan, static_cast<uint8_t>(i), true));
      out_.addresses[i] = loopback(ports[i]);
      msghdr& header = out_.messages[i].msg_hdr;
      header.msg_name = &out_.addresses[i];
      header.msg_namelen = sizeof out_.addresses[i];
      if (plan.burst > 1) set_segments(header, out_.controls[i]);
    }
  }

  /// Until an empty datagram says that it is over; returns the packets that came.
  uint64_t run() {
    uint64_t packets = 0;
    while (true) {
      const int got = recvmmsg(descriptor_, in_.messages.data(), kBatch, MSG_WAITFORONE, nullptr);
      if (got < 0) die("recvmmsg");
      for (int i = 0; i < got; ++i) {
        const size_t size = in_.messages[static_cast<size_t>(i)].msg_len;
        if (size == 0) return packets;
        ++packets;
        add(in_.slab.data() + static_cast<size_t>(i) * kRoom, size);
        if (++waiting_ == plan_.burst) send();
      }
    }
  }

 private:
  void set_segments(msghdr& header, Batch::Control& control) const {
    header.msg_control = control.bytes.data();
    header.msg_controllen = control.bytes.size();
    cmsghdr* const segment = CMSG_FIRSTHDR(&header);
    segment->cmsg_level = SOL_UDP;
    segment->cmsg_type = UDP_SEGMENT;
    segment->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    const auto bytes = static_cast<uint16_t>(plan_.bytes + tag_);
    std::memcpy(CMSG_DATA(segment), &bytes, sizeof bytes);
  }

  void add(uint8_t* packet, size_t size) {
    if (!unprotector_->open(packet, size)) die("a packet is not authentic");
    for (size_t i = 0; i < protectors_.size(); ++i) {
      uint8_t* const out = static_cast<uint8_t*>(out_.pieces[i].iov_base) + waiting_ * size;
      std::memcpy(out, packet, kHeader);
      const uint32_t ssrc = htonl(static_cast<uint32_t>(i + 1));
      std::memcpy(out + 8, &ssrc, sizeof ssrc);
      protectors_[i]->seal(out, packet + kHeader, size - kHeader - tag_);
      out_.pieces[i].iov_len = (waiting_ + 1) * size;
    }
  }

  void send() {
    waiting_ = 0;
    for (size_t sent = 0; sent < protectors_.size();) {
      const size_t count = std::min<size_t>(kBatch, protectors_.size() - sent);
      const int done = sendmmsg(descriptor_, out_.messages.data() + sent, static_cast<unsigned>(count), 0);
      if (done < 0) die("sendmmsg");
      sent += static_cast<size_t>(done);
    }
  }

  const Plan& plan_;
  int descriptor_;
  Batch in_;
  Batch out_;
  std::unique_ptr<Cipher> unprotector_;
  size_t tag_;
  std::vector<std::unique_ptr<Cipher>> protectors_;
  size_t waiting_ = 0;
};

/// The other process: sends bursts at their times and counts what comes back.
class Load {
 public:
  Load(const Plan& plan, uint16_t forwarder)
      : plan_(plan), forwarder_(loopback(forwarder)), in_(kBatch, kRoom), protector_(make_cipher(plan, 0xFF, true)) {
    source_ = open_socket(source_port_);
    for (size_t i = 0; i < plan.subscribers; ++i) {
      uint16_t port = 0;
      sinks_.push_back({.fd = open_socket(port), .events = POLLIN});
      ports.push_back(port);
    }
  }

  std::vector<uint16_t> ports;  ///< of the subscribers

  uint64_t run() {
    const uint64_t begun = nanoseconds(CLOCK_MONOTONIC);
    for (uint64_t sent = 0; sent < plan_.packets(); sent += plan_.burst) {
      const uint64_t due = begun + sent * 1'000'000'000 / plan_.packets_per_second;
      while (nanoseconds(CLOCK_MONOTONIC) < due) receive(0);
      for (uint64_t i = 0; i < plan_.burst; ++i) send(sent + i);
    }
    while (receive(200)) {
    }
    sendto(source_, nullptr, 0, 0, reinterpret_cast<const sockaddr*>(&forwarder_), sizeof forwarder_);
    return received_;
  }

 private:
  void send(uint64_t number) {
    std::array<uint8_t, kRoom> packet{0x80, 96};
    const uint16_t sequence = htons(static_cast<uint16_t>(number));
    std::memcpy(packet.data() + 2, &sequence, sizeof sequence);
    const std::array<uint8_t, kRoom> payload{};
    protector_->seal(packet.data(), payload.data(), plan_.bytes - kHeader);
    sendto(source_, packet.data(), plan_.bytes + protector_->tag_size(), 0,
           reinterpret_cast<const sockaddr*>(&forwarder_), sizeof forwarder_);
  }

  bool receive(int wait_ms) {
    if (poll(sinks_.data(), sinks_.size(), wait_ms) <= 0) return false;
    for (const pollfd& sink : sinks_) {
      if ((sink.revents & POLLIN) == 0) continue;
      const int got = recvmmsg(sink.fd, in_.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
      if (got > 0) received_ += static_cast<uint64_t>(got);
    }
    return true;
  }

  const Plan& plan_;
  sockaddr_in forwarder_;
  Batch in_;
  std::unique_ptr<Cipher> protector_;
  int source_ = -1;
  uint16_t source_port_ = 0;
  std::vector<pollfd> sinks_;
  uint64_t received_ = 0;
};

}  // namespace

int main(int count, char** words) {
  if (count != 6 && count != 7) {
    std::fprintf(stderr, "reference_forward SUBSCRIBERS PACKETS_PER_SECOND BYTES BURST SECONDS [sha1]\n");
    return 1;
  }
  const auto number = [&](int i) { return std::strtoull(words[i], nullptr, 10); };
  const Plan plan{number(1), number(2), number(3), number(4), number(5), count == 7};
  uint16_t port = 0;
  const int descriptor = open_socket(port);
  std::array<int, 2> results{};
  if (pipe(results.data()) != 0) die("pipe");
  const pid_t child = fork();
  if (child == 0) {
    run_on_core(1);
    Load load(plan, port);
    if (write(results[1], load.ports.data(), load.ports.size() * sizeof(uint16_t)) < 0) die("write");
    const uint64_t received = load.run();
    if (write(results[1], &received, sizeof received) < 0) die("write");
    return 0;
  }
  run_on_core(0);
  std::vector<uint16_t> ports(plan.subscribers);
  if (read(results[0], ports.data(), ports.size() * sizeof(uint16_t)) < 0) die("read");
  Forwarder forwarder(plan, descriptor, ports);
  const uint64_t before = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
  const uint64_t packets = forwarder.run();
  const uint64_t spent = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - before;
  uint64_t received = 0;
  if (read(results[0], &received, sizeof received) < 0) die("read");
  waitpid(child, nullptr, 0);
  const auto forwarded = static_cast<double>(packets * plan.subscribers);
  std::printf("{\"cpu_ns_per_packet\": %.1f, \"delivered_percent\": %.3f}\n", static_cast<double>(spent) / forwarded,
              100.0 * static_cast<double>(received) / static_cast<double>(plan.packets() * plan.subscribers));
  return 0;
}
