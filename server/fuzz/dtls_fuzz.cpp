// DTLS sessions in both roles: no datagrams crash one, and none from outside end one that is connected.
#include <vector>

#include "fuzz_input.hpp"
#include "rtc/dtls_session.hpp"

using namespace kith;

namespace {

using std::chrono::seconds;

constexpr Instant kNow{seconds(1000)};
const rtc::Path kPath{.remote = rtc::Endpoint::v4(192, 0, 2, 1, 5000)};

constexpr auto ignore = [](rtc::Bytes) {};

struct Certificate {
  rtc::DtlsCertificate certificate = std::move(*rtc::DtlsCertificate::create());
  rtc::Fingerprint fingerprint = *rtc::parse_fingerprint(certificate.fingerprint());

  std::unique_ptr<rtc::DtlsSession> session(rtc::DtlsRole role) const {
    return std::move(*rtc::DtlsSession::create(certificate, role, fingerprint));
  }
};

void deliver(rtc::Outbox& from, rtc::DtlsSession& to, rtc::Outbox& answers) {
  for (const auto& datagram : from.datagrams()) to.handle_datagram(kNow, kPath, from.bytes(datagram), ignore, answers);
  from.clear();
}

/// Two sessions that are connected to each other.
struct Pair {
  explicit Pair(const Certificate& certificate)
      : passive(certificate.session(rtc::DtlsRole::kPassive)), active(certificate.session(rtc::DtlsRole::kActive)) {
    rtc::Outbox to_passive;
    rtc::Outbox to_active;
    active->start(kNow, kPath, to_passive);
    while (!to_passive.empty()) {
      deliver(to_passive, *passive, to_active);
      deliver(to_active, *active, to_passive);
    }
    fuzz::claim(is_connected());
  }
  [[nodiscard]] bool is_connected() const {
    return passive->state() == rtc::DtlsState::kConnected && active->state() == rtc::DtlsState::kConnected;
  }

  std::unique_ptr<rtc::DtlsSession> passive;
  std::unique_ptr<rtc::DtlsSession> active;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Certificate kCertificate;
  static const Pair kPair(kCertificate);
  const auto passive = kCertificate.session(rtc::DtlsRole::kPassive);
  const auto active = kCertificate.session(rtc::DtlsRole::kActive);
  rtc::Outbox outbox;
  active->start(kNow, kPath, outbox);
  rtc::ByteReader reader({data, size});
  while (reader.left() > 2) {
    const size_t wanted = reader.u16();
    const rtc::Bytes datagram = reader.take(std::min(wanted, reader.left()));
    for (rtc::DtlsSession* session : {passive.get(), active.get(), kPair.passive.get(), kPair.active.get()}) {
      outbox.clear();
      session->handle_datagram(kNow, kPath, datagram, ignore, outbox);
      for (const auto& answer : outbox.datagrams()) fuzz::claim(answer.size <= rtc::DtlsSession::kDatagramSizeMax);
    }
    fuzz::claim(passive->state() != rtc::DtlsState::kConnected && active->state() != rtc::DtlsState::kConnected);
  }
  outbox.clear();
  passive->handle_timeout(kNow + seconds(60), kPath, outbox);
  active->handle_timeout(kNow + seconds(60), kPath, outbox);
  fuzz::claim(kPair.is_connected());
  return 0;
}
