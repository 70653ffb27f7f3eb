// A realtime client as load: thousands of them on one thread, each checking that what it is told has no holes, comes
// once and is whole.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/function_ref.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "kith/v1/sync.pb.h"
#include "net/reactor.hpp"
#include "net/system_clock.hpp"
#include "net/websocket.hpp"
#include "net/websocket_client.hpp"

namespace kith::bench {

namespace v1 = ::kith::v1;

/// Promises that were found broken.
struct Faults {
  uint64_t holes = 0;    ///< an event came whose predecessor had not
  uint64_t doubled = 0;  ///< an event came again that had been told live
  uint64_t damaged = 0;  ///< a frame or a text that is not what was sent; texts are made by SampleText
  uint64_t errors = 0;   ///< calls answered with an error, connections that failed

  [[nodiscard]] uint64_t sum() const { return holes + doubled + damaged + errors; }
};

class Client;

/// What a benchmark wants to know of its clients.
class ClientObserver {
 public:
  virtual ~ClientObserver() = default;
  virtual void on_answer(Client&, const v1::Answer&) {}
  /// An event of a room, in order, once.
  virtual void on_event(Client&, const v1::Event&) {}
  /// The connection ended, or could not be made.
  virtual void on_lost(Client&) {}
};

/// Where clients run: one reactor on the calling thread, and what they share.
class Loop {
 public:
  /// `port`, `tls`: of the server on this machine.
  static Result<std::unique_ptr<Loop>> create(uint16_t port, std::shared_ptr<net::TlsContext> tls);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Serves the clients until `done` or until the time is over; false if it was over first.
  bool run_until(FunctionRef<bool()> done, Duration at_most);
  void run_for(Duration time);
  /// Ends all connections at once.
  void disconnect_all();

  [[nodiscard]] net::WebSocketConnector& connector() { return *connector_; }
  [[nodiscard]] net::Reactor& reactor() { return *reactor_; }
  [[nodiscard]] const net::SystemClock& clock() const { return clock_; }
  [[nodiscard]] net::ClientOptions options() const;
  /// Where to connect from now on: another server took over.
  void set_port(uint16_t port) { port_ = port; }

 private:
  explicit Loop(uint16_t port, std::shared_ptr<net::TlsContext> tls) : port_(port), tls_(std::move(tls)) {}

  net::SystemClock clock_;
  uint16_t port_;
  std::shared_ptr<net::TlsContext> tls_;
  std::unique_ptr<net::Reactor> reactor_;
  std::unique_ptr<net::WebSocketConnector> connector_;
};

/// What the clients of one benchmark have in common.
struct Crowd {
  /// A frame that was decoded once: whoever gets the same bytes next in line need not decode them again.
  struct KnownFrame {
    std::string payload;
    v1::ServerFrame frame;
  };

  Crowd(Loop& its_loop, ClientObserver& its_observer) : loop(its_loop), observer(&its_observer) {}
  /// Ends all connections of the loop; the observer is not told any more.
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// Decodes a frame, or finds it. `place`: where this client is in the common order of frames.
  const v1::ServerFrame* decode(std::string_view payload, uint64_t& place);
  /// Where the next frame will be.
  [[nodiscard]] uint64_t next_place() const { return first_known_ + known_.size(); }

  Loop& loop;
  ClientObserver* observer;
  Faults faults;

 private:
  std::deque<KnownFrame> known_;
  uint64_t first_known_ = 0;
  v1::ServerFrame other_;
};

class Client final : public net::SocketHandler, public std::enable_shared_from_this<Client> {
 public:
  Client(Crowd& crowd, size_t index, std::string token) : crowd_(crowd), token_(std::move(token)), index_(index) {}

  /// Connects; with `syncs` asks for a Sync at once, with the sync token of before.
  void connect(bool syncs);
  void close();
  /// Sends a call; its id.
  uint32_t call(v1::ClientFrame& frame);
  uint32_t send_message(const std::string& room, std::string txn, std::string text);

  [[nodiscard]] size_t index() const { return index_; }
  [[nodiscard]] bool is_open() const { return socket_ != nullptr; }
  [[nodiscard]] bool is_synced() const { return is_synced_; }
  /// The rooms of the newest fresh Sync, in the order of the answer.
  [[nodiscard]] const std::vector<std::string>& rooms() const { return rooms_; }
  /// The newest seq of a room this client knows; 0 if none.
  [[nodiscard]] Seq seq(const std::string& room) const;
  [[nodiscard]] uint64_t events() const { return events_; }

  void on_message(std::string_view payload, bool is_text) override;
  void on_closed(net::CloseCode code) override;

 private:
  struct Position {
    Seq last = 0;
    Seq synced = 0;  ///< up to here an event may come once more: held back while the Sync was answered
  };

  void take(const v1::ServerItem& item);
  void take(const v1::SyncResponse& response);
  void take(const v1::Event& event);

  Crowd& crowd_;
  std::string token_;
  std::string sync_token_;
  size_t index_;
  net::WebSocket* socket_ = nullptr;
  std::unordered_map<std::string, Position> positions_;
  std::vector<std::string> rooms_;
  uint64_t place_ = 0;
  uint64_t events_ = 0;
  uint32_t last_call_ = 0;
  uint32_t sync_call_ = 0;
  bool syncs_ = false;
  bool is_synced_ = false;
};

using Clients = std::vector<std::shared_ptr<Client>>;

/// Connects clients, a few hundred handshakes at a time, and waits until all are open (and synced). Error: kBusy.
Result<> connect_all(Crowd& crowd, const Clients& clients, bool syncs, Duration at_most);
/// Makes a client per token.
Clients make_clients(Crowd& crowd, const std::vector<std::string>& tokens);

}  // namespace kith::bench
