// The media of all calls: per media thread an engine, the calls on it and its ports.
#pragma once

#include <memory>
#include <vector>

#include "api/call_thread.hpp"
#include "app/media_ports.hpp"
#include "base/random.hpp"
#include "call/call_hosts.hpp"
#include "call/call_token.hpp"
#include "rtc/dtls_certificate.hpp"
#include "sfu/media_engine.hpp"

namespace kith::app {

class CallThreads {
 public:
  /// What the calls need; all outlive the threads.
  struct Parts {
    call::CallAttendance& attendance;
    const call::CallTokenCodec& tokens;
    const Clock& clock;
    Random& random;
    bool allows_simulation = false;  ///< see `call::CallHostSettings`
  };

  /// Opens the ports; nothing runs before `start`. Errors as open_media_ports.
  static Result<std::unique_ptr<CallThreads>> open(const Config& config, const Parts& parts);
  ~CallThreads();

  Result<> start();
  /// Asks everybody in a call to come back later, and returns once the signalling sockets were told.
  void drain();
  /// Ends the threads. The calls are gone; `hosts` swallows what it is asked from then on.
  void stop();

  [[nodiscard]] call::CallHosts& hosts() { return *hosts_; }
  /// The ports of each thread.
  [[nodiscard]] std::vector<api::MediaPorts> ports() const;
  /// Sums over the threads; callable from any thread.
  [[nodiscard]] api::MediaMetrics metrics() const;

 private:
  struct Thread {
    std::unique_ptr<api::MediaThread> media;
    api::MediaPorts ports;
    std::unique_ptr<sfu::MediaEngine> engine;
    std::unique_ptr<call::CallHost> host;
    std::unique_ptr<api::CallThread> calls;
  };

  explicit CallThreads(rtc::DtlsCertificate certificate) : certificate_(std::move(certificate)) {}

  const rtc::DtlsCertificate certificate_;
  std::vector<Thread> threads_;
  std::unique_ptr<call::CallHosts> hosts_;
  bool is_running_ = false;
};

}  // namespace kith::app
