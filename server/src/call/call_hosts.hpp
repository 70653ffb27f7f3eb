// Which media thread a call lives on, and the way there from any thread.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "call/call_host.hpp"
#include "call/call_media.hpp"

namespace kith::call {

/// Runs on a media thread, with its host; datagrams put into the outbox leave with the thread's pass.
using HostJob = std::move_only_function<void(Instant now, CallHost& host, rtc::Outbox& outbox)>;

/// The queue of a media thread, implemented by its owner.
class HostQueue {
 public:
  virtual ~HostQueue() = default;
  /// From any thread; jobs posted by one thread keep their order. Jobs left when the thread ends are dropped.
  virtual void post(HostJob job) = 0;
};

/// All functions may be called from any thread.
class CallHosts final : public CallMedia {
 public:
  /// At least one; they outlive this.
  explicit CallHosts(std::vector<HostQueue*> queues) : queues_(std::move(queues)) {}
  /// The thread of a call: the same one whenever it is asked for.
  [[nodiscard]] HostQueue& queue_of(CallId call) const;
  void end_call(CallId call) override;
  void remove_participant(CallId call, UserId user) override;
  void post_to_all(const std::function<HostJob()>& make_job) const;

 private:
  std::vector<HostQueue*> queues_;
};

}  // namespace kith::call
