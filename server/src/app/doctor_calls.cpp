#include "app/doctor_calls.hpp"

#include <iostream>
#include <string>

#include "app/media_ports.hpp"
#include "net/media_probe.hpp"
#include "net/system_clock.hpp"

namespace kith::app {
namespace {

using net::Probe;
using net::ProbeOutcome;

constexpr Duration kProbeTime = std::chrono::seconds(3);

std::string milliseconds(Duration duration) {
  const auto tenths = std::chrono::duration_cast<std::chrono::microseconds>(duration).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

std::string in_words(const Probe& probe, const std::string& port) {
  switch (probe.outcome) {
    case ProbeOutcome::kAnswers:
      return "works, answered within " + milliseconds(probe.took) + "; it sees this machine as " +
             probe.seen_as->ip_text();
    case ProbeOutcome::kSilent:
      return "BLOCKED: nothing comes back. Open " + port +
             " for incoming packets in the server's firewall and in its provider's; behind a router, forward the port "
             "to the server";
    case ProbeOutcome::kRefused:
      return "CLOSED: the machine answers, but nobody listens on " + port +
             ". Is the server running, with this port? A firewall may also refuse it";
    case ProbeOutcome::kUnreachable:
      return "UNREACHABLE: there is no route from here. If clients cannot reach this address either, choose others "
             "with "
             "--public-address";
    case ProbeOutcome::kOther:
      return "TAKEN: something answers that is not Kith. Choose another port";
  }
  return {};
}

}  // namespace

int check_calls(const Config& config) {
  const auto addresses = media_addresses(config);
  if (!addresses) {
    std::cerr << "kith: " << addresses.error().message << "\n";
    return 2;
  }
  if (config.media_port == 0) {
    std::cerr << "kith: say with --media-port which UDP port the server uses (its log names it)\n";
    return 2;
  }
  const net::SystemClock clock;
  SystemRandom random;
  bool is_sound = true;
  const auto tell = [&](const net::Address& address, const std::string& protocol, const Probe& probe) {
    is_sound = is_sound && probe.outcome == ProbeOutcome::kAnswers;
    const std::string port = protocol + " port " + std::to_string(address.port);
    std::cout << address.ip_text() << ", " << port << ": " << in_words(probe, port) << ".\n";
  };
  for (net::Address address : *addresses) {
    for (size_t thread = 0; thread < media_thread_count(config); ++thread) {
      address.port = static_cast<uint16_t>(config.media_port + thread);
      tell(address, "UDP", probe_udp(address, kProbeTime, clock, random));
      if (config.media_tcp_port == 0) continue;
      address.port = static_cast<uint16_t>(config.media_tcp_port + thread);
      tell(address, "TCP", probe_tcp(address, kProbeTime, clock, random));
    }
  }
  std::cout << (is_sound ? "Calls can be reached from this machine. " : "Calls cannot be reached everywhere. ")
            << "To see what others see, run this elsewhere: kith doctor calls --public-address ADDRESS_OF_THE_SERVER\n";
  return is_sound ? 0 : 1;
}

}  // namespace kith::app
