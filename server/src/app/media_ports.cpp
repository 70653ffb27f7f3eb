#include "app/media_ports.hpp"

#include <algorithm>
#include <optional>

#include "app/cores.hpp"
#include "base/log.hpp"
#include "net/interfaces.hpp"

namespace kith::app {
namespace {

/// Every address of the machine, both versions of IP; machines without IPv6 have only the second.
constexpr const char* kEverywhere = "::";
constexpr const char* kEverywhereV4 = "0.0.0.0";

/// A port of calls and the setting it comes from.
struct WantedPort {
  uint16_t port = 0;
  const char* setting = "";
  bool is_default = false;
};

/// The port of a thread whose first thread has port `first`; 0 stays 0.
uint16_t port_of_thread(uint16_t first, size_t thread) {
  return static_cast<uint16_t>(first == 0 ? 0 : first + thread);
}

/// True if nobody but this machine can reach the server, not even through a proxy.
bool is_local_server(const Config& config) {
  const auto is_local = [](const std::string& text) {
    const auto address = net::Address::parse(text);
    return address && net::is_loopback(*address);
  };
  return config.trusted_proxies.empty() && std::ranges::all_of(config.listen, is_local) &&
         std::ranges::all_of(config.tls_listen, is_local);
}

/// True if answers need to name the address they were asked at. With one of each version the system has no choice to
/// make, unless it has others that it was told not to announce, or a browser here asks a loopback address from another.
bool must_keep_addresses(const Config& config, const std::vector<net::Address>& addresses) {
  const auto v4 = std::ranges::count_if(addresses, &net::Address::is_v4);
  const bool has_several = v4 > 1 || static_cast<ptrdiff_t>(addresses.size()) - v4 > 1;
  return has_several || !config.public_address.empty() || std::ranges::any_of(addresses, net::is_loopback);
}

/// What to do about a port that cannot be had: nothing but a warning if nobody asked for it.
Result<> give_way(WantedPort& port, const Error& error) {
  if (!port.is_default || port.port == 0) {
    return fail(Reason::kInvalidField, error.message + ". Choose another port for calls with " + port.setting + ".",
                port.setting + 2);
  }
  log::warn("A port for calls is taken, a free one is used for now: choose one with the setting.",
            {{"port", port.port}, {"setting", port.setting}, {"why", error.message}});
  port.port = 0;
  return {};
}

Result<std::unique_ptr<api::MediaThread>> open_thread(WantedPort udp, std::optional<WantedPort> tcp,
                                                      bool keeps_addresses, const Clock& clock) {
  const char* everywhere = kEverywhere;
  while (true) {
    const auto ip = net::Address::parse_ip(everywhere)->ip;
    api::MediaThread::Options options{
        .udp = {.ip = ip, .port = udp.port}, .tcp = std::nullopt, .keeps_addresses = keeps_addresses};
    if (tcp) options.tcp = net::Address{.ip = ip, .port = tcp->port};
    auto opened = api::MediaThread::create(options, clock);
    if (opened) return opened;
    if (opened.error().reason == Reason::kBusy) {
      if (everywhere == kEverywhereV4) return opened;
      everywhere = kEverywhereV4;
    } else {
      TRY_VOID(give_way(opened.error().field == "udp" ? udp : *tcp, opened.error()));
    }
  }
}

}  // namespace

Result<std::vector<net::Address>> media_addresses(const Config& config) {
  if (config.public_address.empty()) {
    return api::default_media_addresses(net::interface_addresses(), is_local_server(config));
  }
  std::vector<net::Address> addresses;
  for (const std::string& text : config.public_address) {
    const auto address = net::Address::parse_ip(text);
    if (!address) return fail(Reason::kInvalidField, "\"" + text + "\" is no IP address.", "public-address");
    addresses.push_back(*address);
  }
  return addresses;
}

size_t media_thread_count(const Config& config) {
  // Half of the cores: the others serve sockets and the store.
  return config.media_threads != 0 ? config.media_threads : std::max<size_t>(1, usable_cores() / 2);
}

api::MediaPorts configured_ports(const Config& config, size_t thread) {
  return {.udp = port_of_thread(config.media_port, thread), .tcp = port_of_thread(config.media_tcp_port, thread)};
}

Result<std::vector<MediaPort>> open_media_ports(const Config& config, const Clock& clock) {
  TRY(const auto addresses, media_addresses(config));
  std::vector<MediaPort> ports;
  for (size_t i = 0; i < media_thread_count(config); ++i) {
    const api::MediaPorts asked = configured_ports(config, i);
    const WantedPort udp{
        .port = asked.udp, .setting = "--media-port", .is_default = config.media_port == kMediaPortDefault};
    std::optional<WantedPort> tcp;
    if (asked.tcp != 0) {
      tcp = {.port = asked.tcp,
             .setting = "--media-tcp-port",
             .is_default = config.media_tcp_port == kMediaTcpPortDefault};
    }
    TRY(auto thread, open_thread(udp, tcp, must_keep_addresses(config, addresses), clock));
    const auto tcp_address = thread->tcp_address();
    const api::MediaPorts bound{.udp = thread->udp_address().port,
                                .tcp = tcp_address ? tcp_address->port : uint16_t{0}};
    log::info("Calls have a port.", {{"udp", bound.udp},
                                     {"tcp", bound.tcp},
                                     {"addresses", addresses.size()},
                                     {"receive_buffer_bytes", thread->receive_buffer_bytes()}});
    ports.push_back(
        {.thread = std::move(thread), .bound = bound, .candidates = api::candidate_lines(addresses, bound)});
  }
  return ports;
}

}  // namespace kith::app
