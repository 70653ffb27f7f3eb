#include "app/doctor_calls.hpp"

#include <iostream>
#include <string>

#include "app/media_ports.hpp"
#include "app/port_check.hpp"
#include "net/system_clock.hpp"

namespace kith::app {
namespace {

using net::Probe;
using net::ProbeOutcome;

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
  std::vector<api::MediaPorts> threads;
  for (size_t i = 0; i < media_thread_count(config); ++i) threads.push_back(configured_ports(config, i));
  const net::SystemClock clock;
  SystemRandom random;
  bool is_sound = true;
  for (const CheckedPort& checked : check_ports(*addresses, threads, clock, random)) {
    is_sound = is_sound && checked.probe.outcome == ProbeOutcome::kAnswers;
    const std::string port = (checked.is_tcp ? "TCP port " : "UDP port ") + std::to_string(checked.address.port);
    std::cout << checked.address.ip_text() << ", " << port << ": " << in_words(checked.probe, port) << ".\n";
  }
  std::cout << (is_sound ? "Calls can be reached from this machine. " : "Calls cannot be reached everywhere. ")
            << "To see what others see, run this elsewhere: kith doctor calls --public-address ADDRESS_OF_THE_SERVER\n";
  return is_sound ? 0 : 1;
}

}  // namespace kith::app
