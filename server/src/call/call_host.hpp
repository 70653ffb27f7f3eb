// All calls of one media thread: the media engine, the calls on it, their participants' signalling. No socket, clock,
// thread or lock: whoever owns the thread hands in messages, datagrams and the time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "call/call_media.hpp"
#include "call/connect.hpp"
#include "call/signal_link.hpp"
#include "rtc/outbox.hpp"
#include "sfu/media_control.hpp"

namespace kith::call {

struct CallHostSettings {
  /// A new token for a participant of a call, in the place of the one it connected with.
  std::function<std::string(const Connect&)> renew_token;
  bool allows_simulation = false;  ///< obey `simulate` requests: for tests
};

class CallHost {
 public:
  /// All outlive the host. `clock`: for what people see (when somebody joined).
  CallHost(sfu::MediaControl& media, CallAttendance& attendance, const Clock& clock, Random& random,
           CallHostSettings settings);
  ~CallHost();
  CallHost(const CallHost&) = delete;
  CallHost& operator=(const CallHost&) = delete;

  // The signalling sockets. What their clients are told goes through their links.

  /// A socket has opened for a verified token. The first message through the link answers it.
  void connect(Instant now, SignalSocketId socket, Connect connect, std::shared_ptr<SignalLink> link,
               rtc::Outbox& outbox);
  /// A SignalRequest, binary or as JSON. One that is malformed is dropped.
  void handle_message(Instant now, SignalSocketId socket, std::string_view message, bool is_text, rtc::Outbox& outbox);
  /// The socket has closed, whoever closed it. Its participant may come back.
  void handle_closed(Instant now, SignalSocketId socket, rtc::Outbox& outbox);

  // What the use cases command; what is unknown is ignored.

  void end_call(Instant now, CallId call, rtc::Outbox& outbox);
  void remove_participant(Instant now, CallId call, UserId user, rtc::Outbox& outbox);
  /// The server stops: everybody is asked to join again, which succeeds once it is back.
  void drain(Instant now);

  // Datagrams and time.

  /// Decrypts in place.
  void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox& outbox);
  /// After a batch of datagrams, messages or commands: what they made necessary leaves now.
  void finish_pass(Instant now, rtc::Outbox& outbox);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  void handle_timeout(Instant now, rtc::Outbox& outbox);
  /// A TCP connection closed.
  void forget_path(const rtc::Path& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kith::call
