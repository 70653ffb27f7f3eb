#include "rtc/sctp_receiver.hpp"

#include <utility>

namespace kith::rtc {
namespace {

constexpr uint32_t kPacketsPerAck = 2;  // RFC 9260 §6.2

}  // namespace

bool SctpReceiver::handle_data(const SctpData& data, std::vector<SctpInboundMessage>& out) {
  has_data_ = true;
  const Tsn tsn = extend_tsn(data.tsn, tsns_.cumulative());
  const auto arrival = tsns_.check(tsn);
  is_urgent_ = is_urgent_ || data.is_urgent || arrival != SctpReceivedTsns::Arrival::kNew;
  if (arrival != SctpReceivedTsns::Arrival::kNew) return true;
  // The next chunk in order is taken even by a full buffer, because it is what empties it; a peer that fills it
  // so without ever completing anything breaks the rules.
  const bool is_next = tsn == tsns_.cumulative() + 1;
  if (reassembly_.held() > kBufferMax && !is_next) return true;
  if (reassembly_.held() > 2 * kBufferMax) return false;
  tsns_.insert(tsn);
  // Chunks of streams that do not exist are acknowledged and dropped (RFC 9260 §6.5).
  if (data.stream >= streams_) return true;
  return reassembly_.insert(tsn, tsns_.cumulative(), data, out);
}

void SctpReceiver::handle_forward_tsn(const SctpForwardTsn& forward, std::vector<SctpInboundMessage>& out) {
  has_data_ = true;
  is_urgent_ = true;
  const Tsn tsn = extend_tsn(forward.cumulative_tsn, tsns_.cumulative());
  if (tsn <= tsns_.cumulative()) return;
  tsns_.skip_to(tsn);
  reassembly_.skip_to(tsn);
  for (size_t index = 0; index < forward.skip_count(); ++index) {
    const SctpForwardTsn::Skip skip = forward.skip(index);
    if (skip.stream < streams_) reassembly_.skip_sequence(skip.stream, skip.sequence, out);
  }
}

void SctpReceiver::finish_packet(Instant now) {
  const bool is_urgent = std::exchange(is_urgent_, false);
  if (!std::exchange(has_data_, false)) return;
  ++unacknowledged_;
  // Holes are reported at once, so that the peer repeats soon.
  if (is_urgent || tsns_.has_gaps() || unacknowledged_ >= kPacketsPerAck) is_ack_due_ = true;
  if (!acknowledge_at_) acknowledge_at_ = now + kAckDelay;
}

void SctpReceiver::handle_timeout(Instant now) {
  if (!acknowledge_at_ || now < *acknowledge_at_) return;
  is_ack_due_ = true;
  acknowledge_at_.reset();
}

void SctpReceiver::write_sack(SctpPacker& packer) {
  const size_t held = reassembly_.held();
  tsns_.write_sack(static_cast<uint32_t>(held < kBufferMax ? kBufferMax - held : 0), packer);
  is_ack_due_ = false;
  unacknowledged_ = 0;
  acknowledge_at_.reset();
}

}  // namespace kith::rtc
