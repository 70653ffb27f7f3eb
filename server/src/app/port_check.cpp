#include "app/port_check.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "net/interfaces.hpp"

namespace kith::app {
namespace {

namespace v1 = ::kith::v1;

constexpr Duration kProbeTime = std::chrono::seconds(3);
/// Probes block, so each at work has a thread. Fewer make the check of a machine with many addresses slower.
constexpr size_t kProbesAtOnce = 32;

v1::PortState present(net::ProbeOutcome outcome) {
  switch (outcome) {
    case net::ProbeOutcome::kAnswers:
      return v1::PORT_STATE_OPEN;
    case net::ProbeOutcome::kSilent:
      return v1::PORT_STATE_BLOCKED;
    case net::ProbeOutcome::kRefused:
      return v1::PORT_STATE_CLOSED;
    case net::ProbeOutcome::kUnreachable:
      return v1::PORT_STATE_UNREACHABLE;
    case net::ProbeOutcome::kOther:
      return v1::PORT_STATE_TAKEN;
  }
  return v1::PORT_STATE_UNSPECIFIED;
}

}  // namespace

std::vector<CheckedPort> check_ports(const std::vector<net::Address>& addresses,
                                     const std::vector<api::MediaPorts>& threads, const Clock& clock, Random& random) {
  std::vector<CheckedPort> ports;
  for (net::Address address : addresses) {
    for (const api::MediaPorts& thread : threads) {
      address.port = thread.udp;
      ports.push_back({.address = address, .is_tcp = false, .probe = {}});
      address.port = thread.tcp;
      if (thread.tcp != 0) ports.push_back({.address = address, .is_tcp = true, .probe = {}});
    }
  }
  std::atomic<size_t> next = 0;
  const auto ask = [&] {
    for (size_t i = next++; i < ports.size(); i = next++) {
      CheckedPort& port = ports[i];
      port.probe = port.is_tcp ? net::probe_tcp(port.address, kProbeTime, clock, random)
                               : net::probe_udp(port.address, kProbeTime, clock, random);
    }
  };
  {
    std::vector<std::jthread> askers;
    for (size_t i = 0; i < std::min(kProbesAtOnce, ports.size()); ++i) askers.emplace_back(ask);
  }
  return ports;
}

v1::CheckCallPortsResponse present_ports(const std::vector<CheckedPort>& ports) {
  v1::CheckCallPortsResponse out;
  for (const CheckedPort& port : ports) {
    v1::CallPort& shown = *out.add_ports();
    shown.set_address(port.address.ip_text());
    shown.set_port(port.address.port);
    shown.set_protocol(port.is_tcp ? v1::PORT_PROTOCOL_TCP : v1::PORT_PROTOCOL_UDP);
    shown.set_state(present(port.probe.outcome));
    shown.set_answered_in_us(
        static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(port.probe.took).count()));
    shown.set_local(net::is_loopback(port.address));
  }
  return out;
}

}  // namespace kith::app
