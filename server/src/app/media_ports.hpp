// The media threads as configured: their ports, and the addresses at which clients are told to find them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/candidates.hpp"
#include "api/media_thread.hpp"
#include "app/config.hpp"
#include "base/result.hpp"
#include "net/address.hpp"

namespace kith::app {

/// A media thread that is bound and not started.
struct MediaPort {
  std::unique_ptr<api::MediaThread> thread;
  api::MediaPorts bound;
  std::vector<std::string> candidates;  ///< lines for `sfu::MediaEngine::Options`
};

/// The addresses to offer: those configured, else those of the interfaces. `kInvalidField`: one is no IP address.
Result<std::vector<net::Address>> media_addresses(const Config& config);

/// How many media threads the settings ask for, at least one. The thread after the first uses the ports after the
/// first's, and so on.
size_t media_thread_count(const Config& config);

/// The ports the settings ask for a thread; 0 as the UDP port: any free one, as the TCP port: none.
api::MediaPorts configured_ports(const Config& config, size_t thread);

/// Opens the media threads. A default port that is taken is replaced by any free one, with a warning;
/// a configured one that is taken is `kInvalidField`. `clock` outlives them.
Result<std::vector<MediaPort>> open_media_ports(const Config& config, const Clock& clock);

}  // namespace kith::app
