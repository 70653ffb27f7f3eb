#include "rtc/sctp_stream_reset.hpp"

#include <algorithm>
#include <utility>

namespace kith::rtc {

void SctpStreamReset::request(uint16_t stream) {
  if (std::ranges::find(wanted_, stream) == wanted_.end()) wanted_.push_back(stream);
}

void SctpStreamReset::handle_chunk(Bytes value, SctpSender& sender, SctpReceiver& receiver, Outcome& outcome) {
  SctpItemReader parameters(value);
  while (const auto parameter = parameters.next()) {
    switch (static_cast<SctpReconfigKind>(parameter->kind)) {
      case SctpReconfigKind::kOutgoingReset:
        if (const auto request = SctpOutgoingReset::parse(parameter->value))
          handle_request(*request, receiver, outcome);
        break;
      case SctpReconfigKind::kResponse:
        if (const auto response = SctpReconfigResponse::parse(parameter->value)) {
          handle_response(*response, sender, outcome);
        }
        break;
      default:
        // Other requests begin with their number, too: data channels never need them.
        if (parameter->value.size() >= 4) answer(load_u32(parameter->value.data()), SctpReconfigResult::kDenied);
    }
  }
}

void SctpStreamReset::handle_request(const SctpOutgoingReset& request, SctpReceiver& receiver, Outcome& outcome) {
  const bool is_repeated = request.request == last_peer_request_;
  if (is_repeated && last_result_ != SctpReconfigResult::kInProgress) return answer(request.request, last_result_);
  if (!is_repeated && request.request != last_peer_request_ + 1) {
    return answer(request.request, SctpReconfigResult::kBadSequence);
  }
  last_peer_request_ = request.request;
  if (extend_tsn(request.last_tsn, receiver.cumulative()) > receiver.cumulative()) {
    // Data of the streams is still to come: the peer asks again.
    last_result_ = SctpReconfigResult::kInProgress;
    return answer(request.request, last_result_);
  }
  last_result_ = SctpReconfigResult::kPerformed;
  if (request.stream_count() == 0) {
    receiver.reset_all();
    outcome.all_by_peer = true;
  }
  for (size_t index = 0; index < request.stream_count(); ++index) {
    receiver.reset(request.stream(index));
    outcome.reset_by_peer.push_back(request.stream(index));
  }
  answer(request.request, last_result_);
}

void SctpStreamReset::handle_response(const SctpReconfigResponse& response, SctpSender& sender, Outcome& outcome) {
  if (requested_.empty() || response.response != next_request_) return;
  ++next_request_;
  if (response.result == SctpReconfigResult::kInProgress) return;  // the repetition carries a new number
  for (const uint16_t stream : requested_) {
    sender.reset(stream);
    outcome.done.push_back(stream);
  }
  requested_.clear();
  repeat_at_.reset();
}

void SctpStreamReset::answer(uint32_t request, SctpReconfigResult result) {
  if (answers_.size() < kAnswersMax) answers_.push_back({.response = request, .result = result});
}

bool SctpStreamReset::handle_timeout(Instant now) {
  if (!repeat_at_ || now < *repeat_at_) return false;
  is_request_due_ = true;
  repeat_at_.reset();
  return true;
}

void SctpStreamReset::flush(Instant now, const SctpSender& sender, const SctpRoundTrip& round_trip,
                            SctpPacker& packer) {
  for (const SctpReconfigResponse& response : answers_) response.write(packer);
  answers_.clear();
  if (requested_.empty() && !wanted_.empty()) {
    const auto busy =
        std::partition(wanted_.begin(), wanted_.end(), [&](uint16_t stream) { return sender.is_idle(stream); });
    const auto end =
        std::min(busy, wanted_.begin() + static_cast<ptrdiff_t>(std::min(kSctpResetStreamsMax, wanted_.size())));
    requested_.assign(wanted_.begin(), end);
    wanted_.erase(wanted_.begin(), end);
    is_request_due_ = !requested_.empty();
  }
  if (!std::exchange(is_request_due_, false)) return;
  write_request(sender, packer);
  repeat_at_ = now + round_trip.timeout();
}

void SctpStreamReset::write_request(const SctpSender& sender, SctpPacker& packer) const {
  const size_t size = kSctpItemHeaderSize + 12 + 2 * requested_.size();
  ByteWriter out(packer.add(SctpChunkType::kReconfig, 0, size));
  out.u16(static_cast<uint16_t>(SctpReconfigKind::kOutgoingReset));
  out.u16(static_cast<uint16_t>(size));
  out.u32(next_request_);
  out.u32(last_peer_request_);
  // All data of these streams is acknowledged, so the peer has nothing to wait for.
  out.u32(static_cast<uint32_t>(sender.acknowledged()));
  for (const uint16_t stream : requested_) out.u16(stream);
}

}  // namespace kith::rtc
