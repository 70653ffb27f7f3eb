// Asks a media port whether it is there: what `kith doctor calls` does.
#pragma once

#include <optional>

#include "base/random.hpp"
#include "base/time.hpp"
#include "net/address.hpp"

namespace kith::net {

enum class ProbeOutcome : uint8_t {
  kAnswers,
  kSilent,       ///< nothing came back: a firewall drops, or the address is nobody's
  kRefused,      ///< the machine answers, but nobody listens on this port
  kUnreachable,  ///< this machine has no route there
  kOther,        ///< somebody listens, but it is not Kith
};

struct Probe {
  ProbeOutcome outcome = ProbeOutcome::kSilent;
  Duration took{};                      ///< with kAnswers: until the answer came
  std::optional<Address> seen_as = {};  ///< with kAnswers: where the server sees us
};

/// Sends a STUN Binding request up to three times. Blocks, at most `timeout`.
Probe probe_udp(const Address& address, Duration timeout, const Clock& clock, Random& random);
/// The same over TCP (RFC 4571). Blocks, at most `timeout` for each step.
Probe probe_tcp(const Address& address, Duration timeout, const Clock& clock, Random& random);

}  // namespace kith::net
