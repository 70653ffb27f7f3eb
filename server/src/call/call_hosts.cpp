#include "call/call_hosts.hpp"

namespace kith::call {

HostQueue& CallHosts::queue_of(CallId call) const { return *queues_[std::hash<CallId>()(call) % queues_.size()]; }

void CallHosts::post_to_all(const std::function<HostJob()>& make_job) const {
  for (HostQueue* queue : queues_) queue->post(make_job());
}

void CallHosts::end_call(CallId call) {
  queue_of(call).post([call](Instant now, CallHost& host, rtc::Outbox& outbox) { host.end_call(now, call, outbox); });
}

void CallHosts::remove_participant(CallId call, UserId user) {
  queue_of(call).post([call, user](Instant now, CallHost& host, rtc::Outbox& outbox) {
    host.remove_participant(now, call, user, outbox);
  });
}

}  // namespace kith::call
