// Closing streams: requests to reset them and answers to the peer's (RFC 6525, as far as RFC 8831 §6.7 needs it).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "rtc/sctp_packet.hpp"
#include "rtc/sctp_receiver.hpp"
#include "rtc/sctp_round_trip.hpp"
#include "rtc/sctp_sender.hpp"

namespace kith::rtc {

/// A side resets its outgoing streams only: one request at a time, when all data of the streams has been acknowledged.
class SctpStreamReset {
 public:
  explicit SctpStreamReset(uint32_t initial_tsn) : next_request_(initial_tsn) {}

  /// Requests of the peer are numbered from its first TSN.
  void start(uint32_t peer_initial_tsn) { last_peer_request_ = peer_initial_tsn - 1; }
  /// Resets an outgoing stream as soon as it is idle.
  void request(uint16_t stream);

  /// The parameters of a RE-CONFIG chunk. Appends to `done` our streams whose reset has been answered, and to
  /// `reset_by_peer` the peer's. `all`: set if the peer reset all its streams at once.
  struct Outcome {
    std::vector<uint16_t> done;
    std::vector<uint16_t> reset_by_peer;
    bool all_by_peer = false;
  };
  void handle_chunk(Bytes value, SctpSender& sender, SctpReceiver& receiver, Outcome& outcome);

  [[nodiscard]] std::optional<Instant> next_timeout() const { return repeat_at_; }
  /// True if a request was not answered in time.
  bool handle_timeout(Instant now);
  void flush(Instant now, const SctpSender& sender, const SctpRoundTrip& round_trip, SctpPacker& packer);

 private:
  /// Answers that may wait for one `flush`.
  static constexpr size_t kAnswersMax = 8;

  void handle_request(const SctpOutgoingReset& request, SctpReceiver& receiver, Outcome& outcome);
  void handle_response(const SctpReconfigResponse& response, SctpSender& sender, Outcome& outcome);
  void answer(uint32_t request, SctpReconfigResult result);
  void write_request(const SctpSender& sender, SctpPacker& packer) const;

  std::vector<uint16_t> wanted_;     ///< to be reset when idle
  std::vector<uint16_t> requested_;  ///< streams of the request under way; empty: none is
  uint32_t next_request_;            ///< number of the request under way, or of the next
  bool is_request_due_ = false;
  std::optional<Instant> repeat_at_;
  uint32_t last_peer_request_ = 0;
  SctpReconfigResult last_result_ = SctpReconfigResult::kNothingToDo;
  std::vector<SctpReconfigResponse> answers_;
};

}  // namespace kith::rtc
