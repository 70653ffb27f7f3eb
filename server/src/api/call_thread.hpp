// A media thread that runs calls: the queue through which the signalling and the use cases reach a call host.
#pragma once

#include "api/media_thread.hpp"
#include "call/call_host.hpp"
#include "call/call_hosts.hpp"

namespace kith::api {

class CallThread final : public call::HostQueue, private MediaCore {
 public:
  /// Both outlive this.
  CallThread(MediaThread& thread, call::CallHost& host) : thread_(thread), host_(host) {}

  Result<> start() { return thread_.start(*this); }

  void post(call::HostJob job) override {
    thread_.post([this, job = std::move(job)](Instant now, rtc::Outbox& outbox) mutable { job(now, host_, outbox); });
  }

 private:
  void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram, rtc::Outbox& outbox) override {
    host_.handle_datagram(now, path, datagram, outbox);
  }
  void finish_pass(Instant now, rtc::Outbox& outbox) override { host_.finish_pass(now, outbox); }
  [[nodiscard]] std::optional<Instant> next_timeout() const override { return host_.next_timeout(); }
  void handle_timeout(Instant now, rtc::Outbox& outbox) override { host_.handle_timeout(now, outbox); }
  void forget_path(const rtc::Path& path) override { host_.forget_path(path); }

  MediaThread& thread_;
  call::CallHost& host_;
};

}  // namespace kith::api
