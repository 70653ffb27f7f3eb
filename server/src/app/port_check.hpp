// Asks the ports of calls whether they are there: for `kith doctor calls` and for the administration.
#pragma once

#include <vector>

#include "api/candidates.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "kith/v1/admin.pb.h"
#include "net/address.hpp"
#include "net/media_probe.hpp"

namespace kith::app {

struct CheckedPort {
  net::Address address;
  bool is_tcp = false;
  net::Probe probe;
};

/// Asks each address for each thread's ports, many at once; blocks for a few seconds if something is blocked. Answers
/// address by address, of each thread UDP, then TCP.
std::vector<CheckedPort> check_ports(const std::vector<net::Address>& addresses,
                                     const std::vector<api::MediaPorts>& threads, const Clock& clock, Random& random);

/// The same as the administration is told of it.
::kith::v1::CheckCallPortsResponse present_ports(const std::vector<CheckedPort>& ports);

}  // namespace kith::app
