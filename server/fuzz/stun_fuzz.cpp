// STUN: what parses stays within the datagram; an agent of each role takes anything, in any order, and stays bounded.
#include "base/random.hpp"
#include "fuzz_input.hpp"
#include "rtc/ice_agent.hpp"
#include "rtc/stun.hpp"

using namespace kith;

namespace {

void handle(rtc::IceRole role, const rtc::Path& path, rtc::Bytes datagram) {
  SeededRandom random(1);
  // The password of RFC 5769 §2: its vectors are seeds, so some inputs are authentic.
  rtc::IceAgent agent(role, {.ufrag = "evtj", .pwd = "VOkJxbRl1RmTxUk/WvJxBt"}, random);
  agent.set_remote({.ufrag = "h6vY", .pwd = "VOkJxbRl1RmTxUk/WvJxBt"});
  rtc::Outbox outbox;
  Instant now(std::chrono::seconds(1));
  agent.handle_datagram(now, path, datagram, outbox);
  for (int i = 0; i < 20 && agent.next_timeout(); ++i) {
    now = std::max(now, *agent.next_timeout());
    agent.handle_timeout(now, outbox);
  }
  fuzz::claim(outbox.size() <= 24);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const rtc::Bytes datagram(data, size);
  const auto message = rtc::StunMessage::parse(datagram);
  if (message) {
    fuzz::claim(rtc::is_stun(datagram));
    fuzz::claim(message->username.size() < size && message->local_ufrag().size() <= message->username.size());
    fuzz::claim(!message->is_signed_with("a password nobody signs with"));
  }
  const rtc::Path path{.remote = rtc::Endpoint::v4(192, 0, 2, 1, 4000)};
  std::array<uint8_t, rtc::kStunBytesMax> out{};
  fuzz::claim(rtc::answer_plain_binding(datagram, path.remote, out) <= size);
  handle(rtc::IceRole::kLite, path, datagram);
  handle(rtc::IceRole::kControlled, path, datagram);
  handle(rtc::IceRole::kControlling, path, datagram);
  return 0;
}
