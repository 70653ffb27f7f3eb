#include "app/call_threads.hpp"

#include <latch>

namespace kith::app {
namespace {

/// A new token with the rights of the one its bearer connected with.
std::string renew(const call::CallTokenCodec& tokens, const call::Connect& connect, UnixMillis now) {
  return tokens.encode({.call = connect.call,
                        .user = connect.user,
                        .name = connect.name,
                        .can_publish = connect.permissions.can_publish,
                        .can_subscribe = connect.permissions.can_subscribe,
                        .can_publish_data = connect.permissions.can_publish_data,
                        .can_update_own_metadata = connect.can_update_metadata},
                       now);
}

}  // namespace

Result<std::unique_ptr<CallThreads>> CallThreads::open(const Config& config, const Parts& parts) {
  TRY(auto certificate, rtc::DtlsCertificate::create());
  TRY(auto ports, open_media_ports(config, parts.clock));
  auto opened = std::unique_ptr<CallThreads>(new CallThreads(std::move(certificate)));
  std::vector<call::HostQueue*> queues;
  for (MediaPort& port : ports) {
    Thread& thread = opened->threads_.emplace_back();
    thread.media = std::move(port.thread);
    thread.ports = port.bound;
    thread.engine = std::make_unique<sfu::MediaEngine>(
        sfu::MediaEngine::Options{.certificate = opened->certificate_, .candidates = std::move(port.candidates)},
        parts.random);
    call::CallHostSettings settings{
        .renew_token = [&tokens = parts.tokens, &clock = parts.clock](
                           const call::Connect& connect) { return renew(tokens, connect, clock.wall()); },
        .allows_simulation = parts.allows_simulation};
    thread.host = std::make_unique<call::CallHost>(*thread.engine, parts.attendance, parts.clock, parts.random,
                                                   std::move(settings));
    thread.calls = std::make_unique<api::CallThread>(*thread.media, *thread.host);
    queues.push_back(thread.calls.get());
  }
  opened->hosts_ = std::make_unique<call::CallHosts>(std::move(queues));
  return opened;
}

CallThreads::~CallThreads() { stop(); }

Result<> CallThreads::start() {
  for (const Thread& thread : threads_) TRY_VOID(thread.calls->start());
  is_running_ = true;
  return {};
}

void CallThreads::drain() {
  if (!is_running_) return;
  std::latch drained(static_cast<ptrdiff_t>(threads_.size()));
  hosts_->post_to_all([&drained] {
    return [&drained](Instant now, call::CallHost& host, rtc::Outbox&) {
      host.drain(now);
      drained.count_down();
    };
  });
  drained.wait();
}

void CallThreads::stop() {
  for (Thread& thread : threads_) {
    thread.media->stop();
    // The links to the signalling sockets go while the reactors are still there.
    thread.host.reset();
    thread.engine.reset();
  }
  is_running_ = false;
}

std::vector<api::MediaPorts> CallThreads::ports() const {
  std::vector<api::MediaPorts> ports;
  for (const Thread& thread : threads_) ports.push_back(thread.ports);
  return ports;
}

api::MediaMetrics CallThreads::metrics() const {
  api::MediaMetrics sum;
  for (const Thread& thread : threads_) thread.media->add_to(sum);
  return sum;
}

}  // namespace kith::app
