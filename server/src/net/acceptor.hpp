// A listening TCP socket of one reactor: accepts fairly, rests when descriptors run out, and hands on what came.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "net/address.hpp"
#include "net/reactor.hpp"

namespace kith::net {

/// Binds and listens. `kIsExclusive` fails if anybody listens there already; `kIsShared` joins the other reactors'
/// listeners (SO_REUSEPORT), and would join another process's as well. Returns the descriptor.
enum class ListenMode { kIsExclusive, kIsShared };
Result<int> listen_on(const Address& address, ListenMode mode);

class Acceptor final : public EventSource {
 public:
  /// Gets the non-blocking descriptor of a new connection, and owns it from then on.
  using Accepted = std::function<void(int descriptor, const Address& peer)>;

  /// Owns the listening descriptor.
  Acceptor(int descriptor, Reactor& reactor, Accepted accepted)
      : descriptor_(descriptor), reactor_(reactor), accepted_(std::move(accepted)) {}
  ~Acceptor() override { stop(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  void start();
  /// Closes the listening socket; those accepted stay.
  void stop();

 private:
  void on_events(uint32_t events) override;
  void pause();

  int descriptor_;
  Reactor& reactor_;
  Accepted accepted_;
  TimerId resume_ = TimerId::kNone;
};

}  // namespace kith::net
