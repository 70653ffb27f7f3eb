// The server put together: store, use cases, hub, network. Everything is made here, once, in the order it depends.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/result.hpp"

namespace kith::app {

class ServerApp {
 public:
  /// Opens the store, binds the addresses and serves. Errors: kInvalidField (an address, a TLS file), kStorage…, and
  /// kStorageFailed if another server uses the data folder.
  static Result<std::unique_ptr<ServerApp>> start(const Config& config);
  /// Stops gracefully: nothing new is accepted, requests under way finish, sockets are closed, the store is closed.
  ~ServerApp();

  /// Where it serves, as URLs.
  [[nodiscard]] std::vector<std::string> urls() const;
  /// Reads the TLS files again.
  Result<> reload_tls();

 private:
  struct Parts;
  explicit ServerApp(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace kith::app
