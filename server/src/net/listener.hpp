// A listening socket of one reactor: accepts, checks the limits of connections, starts HTTP on what remains.
#pragma once

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "net/address.hpp"
#include "net/address_count.hpp"
#include "net/http_connection.hpp"
#include "net/reactor.hpp"
#include "net/tls.hpp"

namespace kith::net {

/// Binds and listens. `kIsExclusive` fails if anybody listens there already; `kIsShared` joins the other reactors'
/// listeners (SO_REUSEPORT), and would join another process's as well. Returns the descriptor.
enum class ListenMode { kIsExclusive, kIsShared };
Result<int> listen_on(const Address& address, ListenMode mode);
/// The address a descriptor is bound to.
Address bound_address(int descriptor);

class Listener final : public EventSource {
 public:
  struct Options {
    ConnectionHost& host;
    HttpService& service;
    AddressCount& address_count;
    bool is_tls;
    int send_buffer_bytes;
  };

  /// Owns the descriptor.
  Listener(int descriptor, Options options) : descriptor_(descriptor), options_(options) {}
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void start();
  void stop();
  [[nodiscard]] bool is_tls() const { return options_.is_tls; }
  /// For connections accepted from now on.
  void set_tls(std::shared_ptr<TlsContext> tls) { tls_ = std::move(tls); }

 private:
  void on_events(uint32_t events) override;
  void accepted(int descriptor, const Address& peer);
  void pause();

  int descriptor_;
  Options options_;
  std::shared_ptr<TlsContext> tls_;
  TimerId resume_ = TimerId::kNone;
};

}  // namespace kith::net
