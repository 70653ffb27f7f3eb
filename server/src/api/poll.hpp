// Long polling on /api/poll, for networks that break WebSockets: the same frames and the same resume, in rounds.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "api/client_session.hpp"
#include "base/random.hpp"
#include "kith/v1/sync.pb.h"

namespace kith::api {

/// A polled connection: items gather until the client asks. Lives on the reactor that opened it, whichever reactor the
/// client's rounds arrive on.
class PollSession final : public ClientSession {
 public:
  using Answer = std::move_only_function<void(kith::v1::PollResponse)>;

  PollSession(ReactorState& state, const chat::Caller& caller, std::string id);

  /// One round: carries out the calls, answers when there is something to tell or the wait is over. An earlier round
  /// still waiting is answered empty.
  void handle_round(kith::v1::PollRequest request, Answer answer);
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] Instant last_round() const { return last_round_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  void emit(const ItemFrame& frame) override;
  void end_transport() override;
  void answer_round();

  ReactorState& state_;
  std::string id_;
  std::string gathered_;  ///< a ServerFrame's bytes: appended payloads
  Answer answer_;
  net::TimerId wait_ = net::TimerId::kNone;
  Instant last_round_;
  bool has_ended_ = false;  ///< overflowed or revoked: the next round is the last
};

/// All polled connections of the node, by id.
class PollTable {
 public:
  PollTable(const Limits& limits, Random& random) : limits_(limits), random_(random) {}

  /// Carries out one round; `answer` is called on the reactor of `state`, where the round arrived.
  /// Errors: kBadCursor for an unknown connection, kBusy beyond `poll_connections`.
  void handle_round(ReactorState& state, const chat::Caller& caller, kith::v1::PollRequest request,
                    std::move_only_function<void(Result<kith::v1::PollResponse>)> answer);
  /// Ends the connections of this reactor nobody asked for lately; every few seconds, on each reactor.
  void end_idle(ReactorState& state);

 private:
  struct Entry {
    std::shared_ptr<PollSession> session;
    ReactorState* home;
  };
  std::optional<Entry> find(const std::string& id, const chat::Caller& caller);
  Result<Entry> open(ReactorState& state, const chat::Caller& caller);

  const Limits& limits_;
  Random& random_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace kith::api
