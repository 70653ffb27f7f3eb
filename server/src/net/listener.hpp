// A listening socket of one reactor: accepts, checks the limits of connections, starts HTTP on what remains.
#pragma once

#include <memory>
#include <vector>

#include "net/acceptor.hpp"
#include "net/address.hpp"
#include "net/address_count.hpp"
#include "net/http_connection.hpp"
#include "net/tls.hpp"

namespace kith::net {

class Listener final {
 public:
  struct Options {
    ConnectionHost& host;
    HttpService& service;
    AddressCount& address_count;
    bool is_tls;
    int send_buffer_bytes;
  };

  /// Owns the descriptor.
  Listener(int descriptor, Options options)
      : options_(options),
        acceptor_(descriptor, options.host.reactor,
                  [this](int accepted_descriptor, const Address& peer) { accepted(accepted_descriptor, peer); }) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void start() { acceptor_.start(); }
  void stop() { acceptor_.stop(); }
  [[nodiscard]] bool is_tls() const { return options_.is_tls; }
  /// For connections accepted from now on.
  void set_tls(std::shared_ptr<TlsContext> tls) { tls_ = std::move(tls); }

 private:
  void accepted(int descriptor, const Address& peer);

  Options options_;
  Acceptor acceptor_;
  std::shared_ptr<TlsContext> tls_;
};

}  // namespace kith::net
