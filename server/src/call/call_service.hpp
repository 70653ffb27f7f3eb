// Calls in rooms: start, join, leave, decline, look at. What these and the media change is told, stored and timed here.
#pragma once

#include <atomic>
#include <functional>

#include "base/task.hpp"
#include "bus/bus.hpp"
#include "call/call_records.hpp"
#include "call/call_registry.hpp"
#include "call/call_token.hpp"
#include "chat/caller.hpp"
#include "chat/context.hpp"
#include "kith/v1/call.pb.h"

namespace kith::call {

namespace v1 = ::kith::v1;

/// The use cases of v1.CallService. Each method owns its request. A call that the caller may not know of is
/// kCallNotFound; answers that let somebody in lack the `url`, which whoever speaks HTTP knows.
class CallService final : private CallEffects {
 public:
  using TellEphemeral = std::function<void(model::Ephemeral)>;
  /// Runs a job once a time has passed, on any thread; callable from any thread.
  using Later = std::function<void(Duration, Job)>;

  CallService(const chat::Context& context, const CallTokenCodec& tokens, TellEphemeral tell_ephemeral, Later later)
      : context_(context),
        tokens_(tokens),
        tell_ephemeral_(std::move(tell_ephemeral)),
        later_(std::move(later)),
        registry_(context.limits, context.clock, *this) {}

  Task<Result<v1::StartCallResponse>> start_call(chat::Caller caller, v1::StartCallRequest request);
  Task<Result<v1::JoinCallResponse>> join_call(chat::Caller caller, v1::JoinCallRequest request);
  Task<Result<v1::LeaveCallResponse>> leave_call(chat::Caller caller, v1::LeaveCallRequest request);
  Task<Result<v1::GetCallResponse>> get_call(chat::Caller caller, v1::GetCallRequest request);
  Task<Result<v1::ListCallsResponse>> list_calls(chat::Caller caller, v1::ListCallsRequest request);
  Task<Result<v1::DeclineCallResponse>> decline_call(chat::Caller caller, v1::DeclineCallRequest request);

  /// What the media side asks and tells, and where it is set.
  [[nodiscard]] CallRegistry& registry() { return registry_; }

  /// What was committed, on any thread: who may not be in a call any more is put out of it.
  void handle_batch(const bus::Batch& batch);

  /// Before anything else: ends what an earlier life of the server left open.
  Task<Result<>> interrupt_left_open();
  /// Now and then: stores that the calls go on, so that a crash does not cost their length.
  Task<Result<>> save_seen();
  /// The server stops: all calls end, and nothing is asked of store and timers after what this asks for.
  void stop();

 private:
  /// Somebody let into a call.
  struct Entrance {
    model::Call call;
    v1::CallAccess access;
  };

  /// Lets the starter into a call that was just stored, or into the one that was there.
  Task<Result<Entrance>> enter_begun(chat::Caller caller, BegunCall begun);
  /// Lets the caller in. Errors as CallRegistry::let_in, and those of the permission table.
  Task<Result<Entrance>> enter(chat::Caller caller, CallId call);
  /// Looks once more whether somebody just let in may be: a removal before that moment found nobody to put out.
  Task<Result<Entrance>> confirm(chat::Caller caller, model::Call call);
  Task<Result<model::Call>> find_visible(chat::Caller caller, std::string_view call_id);
  [[nodiscard]] model::Call newest(model::Call call) const;
  Task<void> pause();

  void tell(model::Call call) override;
  void save(UnsavedCall unsaved) override;
  void finish(model::Call call, UnsavedCall unsaved) override;
  void schedule(CallId call, Instant at) override;

  const chat::Context& context_;
  const CallTokenCodec& tokens_;
  const TellEphemeral tell_ephemeral_;
  const Later later_;
  CallRegistry registry_;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace kith::call
