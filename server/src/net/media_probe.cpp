#include "net/media_probe.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <string>

#include "net/socket.hpp"
#include "rtc/stun.hpp"
#include "rtc/tcp_framing.hpp"

namespace kith::net {
namespace {

constexpr int kTries = 3;

void set_timeout(const Socket& socket, Duration timeout) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(timeout).count();
  const timeval value{.tv_sec = static_cast<time_t>(microseconds / 1'000'000),
                      .tv_usec = static_cast<suseconds_t>(microseconds % 1'000'000)};
  setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
  setsockopt(socket.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

Socket open_socket(const Address& address, int type) {
  return Socket(socket(address.is_v4() ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0));
}

bool connect_to(const Socket& socket, const Address& address) {
  sockaddr_storage storage{};
  const uint32_t size = address.to_sockaddr(storage);
  return ::connect(socket.descriptor(), reinterpret_cast<const sockaddr*>(&storage), size) == 0;
}

ProbeOutcome outcome_of(int error) {
  switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
      return ProbeOutcome::kRefused;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EINVAL:
    case EBADF:  // no socket of this family
      return ProbeOutcome::kUnreachable;
    default:
      return ProbeOutcome::kSilent;
  }
}

/// A request at least as long as its answer, so that it is answered.
std::string make_request(rtc::StunTransactionId& transaction, Random& random) {
  random.fill(std::as_writable_bytes(std::span(transaction)));
  std::array<uint8_t, rtc::kStunBytesMax> bytes{};
  rtc::StunWriter writer(bytes, rtc::StunClass::kRequest, transaction);
  constexpr uint16_t kSoftware = 0x8022;
  writer.attribute(kSoftware, rtc::as_bytes("kith doctor, looking around"));
  return std::string(rtc::as_text(rtc::Bytes(bytes).first(writer.finish({}))));
}

/// What an answer says; nullopt if it is none to this request.
std::optional<Address> read_answer(rtc::Bytes bytes, const rtc::StunTransactionId& transaction) {
  const auto message = rtc::StunMessage::parse(bytes);
  if (!message || message->message_class != rtc::StunClass::kSuccess || message->transaction != transaction ||
      !message->mapped_address) {
    return std::nullopt;
  }
  return Address{.ip = message->mapped_address->ip, .port = message->mapped_address->port};
}

}  // namespace

Probe probe_udp(const Address& address, Duration timeout, const Clock& clock, Random& random) {
  Socket socket = open_socket(address, SOCK_DGRAM);
  if (!connect_to(socket, address)) return {.outcome = outcome_of(errno)};
  set_timeout(socket, timeout / kTries);
  rtc::StunTransactionId transaction{};
  const std::string request = make_request(transaction, random);
  const Instant start = clock.now();
  int error = 0;
  for (int i = 0; i < kTries; ++i) {
    if (::send(socket.descriptor(), request.data(), request.size(), 0) < 0) error = errno;
    std::array<uint8_t, rtc::kStunBytesMax> bytes{};
    const ssize_t size = recv(socket.descriptor(), bytes.data(), bytes.size(), 0);
    if (size < 0) {
      error = errno;
      if (outcome_of(error) != ProbeOutcome::kSilent) break;
      continue;
    }
    const auto seen_as = read_answer(rtc::Bytes(bytes).first(static_cast<size_t>(size)), transaction);
    if (!seen_as) return {.outcome = ProbeOutcome::kOther};
    return {.outcome = ProbeOutcome::kAnswers, .took = clock.now() - start, .seen_as = seen_as};
  }
  return {.outcome = outcome_of(error)};
}

Probe probe_tcp(const Address& address, Duration timeout, const Clock& clock, Random& random) {
  Socket socket = open_socket(address, SOCK_STREAM);
  set_timeout(socket, timeout);
  const Instant start = clock.now();
  if (!connect_to(socket, address)) return {.outcome = outcome_of(errno)};
  rtc::StunTransactionId transaction{};
  const std::string request = make_request(transaction, random);
  const auto header = rtc::tcp_frame_header(request.size());
  socket.write(std::string(rtc::as_text(header)) + request);
  rtc::TcpFrameReader reader(rtc::kStunBytesMax);
  while (true) {
    const rtc::MutableBytes room = reader.room();
    if (room.empty()) return {.outcome = ProbeOutcome::kOther};
    const IoResult result = socket.read({reinterpret_cast<char*>(room.data()), room.size()});
    if (result.status != IoStatus::kOk) return {.outcome = ProbeOutcome::kOther};
    reader.advance(result.bytes);
    const auto datagram = reader.next();
    if (!datagram) continue;
    const auto seen_as = read_answer(*datagram, transaction);
    if (!seen_as) return {.outcome = ProbeOutcome::kOther};
    return {.outcome = ProbeOutcome::kAnswers, .took = clock.now() - start, .seen_as = seen_as};
  }
}

}  // namespace kith::net
