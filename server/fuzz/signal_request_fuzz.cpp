// A stranger on the signalling: any messages into a joined session, with the real engine under it and somebody else in
// the call. Messages follow one another, each with two bytes of length; a length beyond 0xFF00 lets time pass instead.
#include <google/protobuf/stubs/logging.h>

#include "call/call_host.hpp"
#include "call/signal_limits.hpp"
#include "fuzz_input.hpp"
#include "rtc/dtls_certificate.hpp"
#include "sfu/media_engine.hpp"

using namespace kith;

namespace {

class Attendance final : public call::CallAttendance {
 public:
  Entry entry_of(CallId, UserId) override { return Entry::kOpen; }
  void participant_joined(CallId, UserId) override {}
  void participant_left(CallId, UserId) override {}
  void screen_shared(CallId, UserId) override {}
};

/// Nothing is sent after the end, and the first word is a welcome or a leave.
class Link final : public call::SignalLink {
 public:
  void send(std::string message, bool) override { fuzz::claim(!is_closed_ && !message.empty()); }
  void close() override { is_closed_ = true; }

 private:
  bool is_closed_ = false;
};

call::Connect connect_of(int64_t user) {
  return {.call = CallId{1},
          .user = UserId{user},
          .call_name = "call",
          .identity = std::to_string(user),
          .can_update_metadata = true};
}

constexpr auto kStranger = call::SignalSocketId{1};
constexpr auto kOther = call::SignalSocketId{2};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  google::protobuf::SetLogHandler(nullptr);
  static const rtc::DtlsCertificate certificate = std::move(*rtc::DtlsCertificate::create());
  ManualClock clock;
  SeededRandom random(1);
  Attendance attendance;
  rtc::Outbox outbox;
  sfu::MediaEngine engine({.certificate = certificate, .candidates = {"candidate:1 1 udp 1 192.0.2.1 9 typ host"}},
                          random);
  call::CallHost host(
      engine, attendance, clock, random,
      {.renew_token = [](const call::Connect&) { return std::string("token"); }, .allows_simulation = true});
  host.connect(clock.now(), kStranger, connect_of(1), std::make_shared<Link>(), outbox);
  host.connect(clock.now(), kOther, connect_of(2), std::make_shared<Link>(), outbox);

  fuzz::Input input(data, size);
  const bool is_text = input.byte() % 8 == 0;
  while (!input.rest().empty()) {
    const size_t length = static_cast<size_t>(input.byte()) << 8 | input.byte();
    if (length >= 0xFF00) {
      clock.advance(call::kTickEvery * static_cast<int64_t>(length & 0xFF));
      host.handle_timeout(clock.now(), outbox);
    } else {
      std::string message(input.rest().substr(0, length));
      for (size_t i = 0; i < message.size(); ++i) input.byte();
      host.handle_message(clock.now(), kStranger, message, is_text, outbox);
    }
    host.finish_pass(clock.now(), outbox);
    outbox.clear();
  }
  host.handle_closed(clock.now(), kStranger, outbox);
  host.end_call(clock.now(), CallId{1}, outbox);
  return 0;
}
