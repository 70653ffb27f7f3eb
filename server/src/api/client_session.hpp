// One realtime connection, whatever carries it: calls in, answers and events out, in order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/item_frame.hpp"
#include "api/rate_limit.hpp"
#include "api/reactor_state.hpp"
#include "base/task.hpp"
#include "chat/hub.hpp"
#include "kith/v1/sync.pb.h"

namespace kith::api {

/// Lives on one reactor. A WebSocket or a polled connection derives from it and says how items leave.
class ClientSession : public chat::Subscriber, public std::enable_shared_from_this<ClientSession> {
 public:
  ClientSession(ReactorState& state, const chat::Caller& caller);
  ~ClientSession() override;
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  /// Registers with hub and presence; once, after construction.
  void open();
  /// The transport is gone: nothing is told any more. Calls under way finish unheard.
  void close();

  /// Carries out one call; its answer leaves through `emit`, in the order of completion.
  void handle_call(kith::v1::ClientFrame frame);
  /// A newer token, if anything was told since the last.
  void send_token();

  void deliver(const chat::SharedDelivery& delivery) final;
  void end_session() final;

 protected:
  /// Queues an item to the client.
  virtual void emit(const ItemFrame& frame) = 0;
  /// Ends the transport after what was queued.
  virtual void end_transport() = 0;

  void emit_item(const kith::v1::ServerItem& item) { emit(ItemFrame(item)); }
  void emit_answer(kith::v1::Answer answer);
  void emit_error(uint32_t call_id, Error error);

 private:
  /// Where the connection is between Syncs.
  enum class Phase : uint8_t {
    kQuiet,    ///< no Sync yet: only answers
    kSyncing,  ///< events wait until the Sync is answered
    kLive,
  };

  Task<void> run_call(kith::v1::ClientFrame frame, std::shared_ptr<ClientSession> self);
  Task<void> run_sync(uint32_t id, kith::v1::SyncRequest request, std::shared_ptr<ClientSession> self);
  Task<Result<chat::SyncAnswer>> subscribe_and_sync(kith::v1::SyncRequest request);

  ReactorState& state_;
  RateLimit rate_;
  Pos pos_ = 0;          ///< where its Sync led …
  Version version_ = 0;  ///< … in events and in own state
  std::vector<chat::SharedDelivery> waiting_;
  uint16_t sends_in_flight_ = 0;
  Phase phase_ = Phase::kQuiet;
  bool is_open_ = false;
  bool owed_token_ = false;
};

}  // namespace kith::api
