#include "rtc/sctp_sender.hpp"

#include <algorithm>
#include <utility>

namespace kith::rtc {
namespace {

/// Acknowledgements that pass a chunk over before it counts as lost (RFC 9260 §7.2.4).
constexpr uint8_t kMissesMax = 3;
/// Streams that one FORWARD TSN can name.
constexpr size_t kSkipsMax = (kSctpChunkValueMax - 4) / 4;

}  // namespace

SctpSender::SctpSender(uint32_t initial_tsn, SctpRoundTrip& round_trip)
    : round_trip_(round_trip), acknowledged_(first_tsn(initial_tsn) - 1) {}

void SctpSender::start(uint32_t receive_window, bool peer_knows_forward_tsn) {
  is_started_ = true;
  peer_window_ = receive_window;
  peer_knows_forward_tsn_ = peer_knows_forward_tsn;
}

bool SctpSender::is_cutting() const {
  return !begun_.empty() && !begun_.back().is_abandoned && begun_.back().cut < begun_.back().message.bytes.size();
}

size_t SctpSender::unsent(uint16_t stream) const {
  const bool is_current = is_cutting() && begun_.back().message.stream == stream;
  return queue_.size(stream) + (is_current ? begun_.back().message.bytes.size() - begun_.back().cut : 0);
}

bool SctpSender::is_idle(uint16_t stream) const {
  return queue_.size(stream) == 0 && (stream >= streams_.size() || streams_[stream].begun == 0);
}

void SctpSender::reset(uint16_t stream) {
  if (stream < streams_.size()) streams_[stream].next_sequence = 0;
}

// --- acknowledgements ---

bool SctpSender::handle_sack(Instant now, const SctpSack& sack) {
  const Tsn cumulative = extend_tsn(sack.cumulative_tsn, acknowledged_);
  if (cumulative < acknowledged_) return true;  // overtaken by a later one
  if (cumulative >= next_tsn()) return false;
  const bool was_full = in_flight_ + SctpCongestion::kPacket > congestion_.window();
  const bool moves = cumulative > acknowledged_;
  const size_t acknowledged = acknowledge_up_to(now, cumulative);
  const Covered covered = acknowledge_blocks(now, sack);
  if (moves) congestion_.handle_progress(cumulative, acknowledged + covered.acknowledged, was_full);
  // In recovery an acknowledgement that moves on tells of every hole it shows (RFC 9260 §7.2.4).
  count_misses(now, moves && congestion_.in_recovery() ? covered.highest : covered.newest);

  peer_window_ = sack.receive_window > in_flight_ ? sack.receive_window - in_flight_ : 0;
  is_forward_due_ = !chunks_.empty() && chunks_.front().state == ChunkState::kAbandoned;
  if (chunks_.empty()) {
    repeat_at_.reset();
  } else if (moves) {
    repeat_at_ = now + round_trip_.timeout();
  }
  return true;
}

/// Forgets all chunks up to a TSN; returns the cost of those that were not acknowledged yet.
size_t SctpSender::acknowledge_up_to(Instant now, Tsn cumulative) {
  size_t acknowledged = 0;
  while (acknowledged_ < cumulative) {
    const Chunk& front = chunks_.front();
    if (front.state == ChunkState::kInFlight) in_flight_ -= cost(front);
    if (front.state == ChunkState::kLost) --lost_count_;
    if (front.state == ChunkState::kInFlight || front.state == ChunkState::kLost) acknowledged += cost(front);
    measure(now, acknowledged_ + 1, front);
    if (front.ends) {
      const SctpOutboundMessage& message = begun_.front().message;
      begun_size_ -= message.bytes.size();
      --streams_[message.stream].begun;
      begun_.pop_front();
      ++begun_first_;
    }
    chunks_.pop_front();
    ++acknowledged_;
  }
  return acknowledged;
}

/// Marks what the gap blocks cover and takes back what they no longer cover. Blocks come in ascending order; others are
/// passed over, so this costs what is outstanding at most.
SctpSender::Covered SctpSender::acknowledge_blocks(Instant now, const SctpSack& sack) {
  Covered covered{.newest = acknowledged_, .highest = acknowledged_};
  Tsn next = acknowledged_ + 1;
  const auto take_back_until = [&](Tsn end) {
    for (; next < end; ++next) {
      Chunk& missing = chunk(next);
      if (missing.state != ChunkState::kAcknowledged) continue;
      missing.state = ChunkState::kInFlight;
      in_flight_ += cost(missing);
    }
  };
  for (size_t index = 0; index < sack.block_count(); ++index) {
    const SctpSack::Block block = sack.block(index);
    const Tsn first = acknowledged_ + block.first;
    const Tsn last = std::min(acknowledged_ + block.last, next_tsn() - 1);
    if (first < next || last < first) continue;
    take_back_until(first);
    for (; next <= last; ++next) {
      Chunk& present = chunk(next);
      if (present.state == ChunkState::kInFlight) in_flight_ -= cost(present);
      if (present.state == ChunkState::kLost) --lost_count_;
      if (present.state != ChunkState::kInFlight && present.state != ChunkState::kLost) continue;
      present.state = ChunkState::kAcknowledged;
      covered.acknowledged += cost(present);
      covered.newest = next;
      measure(now, next, present);
    }
    covered.highest = last;
  }
  take_back_until(next_tsn());
  return covered;
}

/// Only chunks sent once measure: an acknowledgement of a repeated one may be for either time (Karn's rule).
void SctpSender::measure(Instant now, Tsn tsn, const Chunk& chunk) {
  if (!probe_ || tsn < *probe_) return;
  if (tsn == *probe_ && chunk.transmissions == 1) round_trip_.measure(now - probe_sent_at_);
  probe_.reset();
}

/// Counts the acknowledgement of a TSN against those before it, if their last transmission was before its.
void SctpSender::count_misses(Instant now, Tsn evidence) {
  bool has_lost = false;
  for (Tsn tsn = acknowledged_ + 1; tsn < evidence; ++tsn) {
    Chunk& missing = chunk(tsn);
    if (missing.state != ChunkState::kInFlight || missing.sent_before >= evidence) continue;
    if (++missing.misses < kMissesMax) continue;
    lose(now, tsn);
    has_lost = true;
  }
  if (!has_lost || congestion_.in_recovery()) return;
  congestion_.handle_loss(next_tsn() - 1);
  is_fast_retransmit_due_ = true;
}

void SctpSender::lose(Instant now, Tsn tsn) {
  Chunk& lost = chunk(tsn);
  Begun& message = begun(lost.message);
  if (may_give_up(now, message, lost)) return abandon(message);
  in_flight_ -= cost(lost);
  lost.state = ChunkState::kLost;
  lost_from_ = lost_count_++ == 0 ? tsn : std::min(lost_from_, tsn);
}

bool SctpSender::may_give_up(Instant now, const Begun& begun, const Chunk& chunk) const {
  if (!peer_knows_forward_tsn_) return false;
  const SctpOutboundMessage& message = begun.message;
  if (message.max_retransmits && chunk.transmissions > *message.max_retransmits) return true;
  return message.expires_at && now >= *message.expires_at;
}

/// All of a message or nothing (RFC 3758 §3.5 A3).
void SctpSender::abandon(Begun& message) {
  if (message.cut < message.message.bytes.size()) {
    // The receiver may have all that was sent and wait for more: one more TSN stands for the rest and is skipped.
    chunks_.push_back({.message = begun_first_ + begun_.size() - 1, .state = ChunkState::kAbandoned, .ends = true});
  }
  message.is_abandoned = true;
  begun_size_ -= message.message.bytes.size();
  message.message.bytes = {};
  for (Tsn tsn = std::max(message.first_tsn, acknowledged_ + 1); tsn < next_tsn(); ++tsn) {
    Chunk& given_up = chunk(tsn);
    if (given_up.state == ChunkState::kInFlight) in_flight_ -= cost(given_up);
    if (given_up.state == ChunkState::kLost) --lost_count_;
    given_up.state = ChunkState::kAbandoned;
    if (given_up.ends) break;
  }
  is_forward_due_ = true;
}

bool SctpSender::handle_timeout(Instant now) {
  if (!repeat_at_ || now < *repeat_at_) return false;
  round_trip_.back_off();
  congestion_.handle_timeout();
  probe_.reset();
  for (Tsn tsn = acknowledged_ + 1; tsn < next_tsn(); ++tsn) {
    if (chunk(tsn).state == ChunkState::kInFlight) lose(now, tsn);
  }
  is_forward_due_ = chunks_.front().state == ChunkState::kAbandoned;
  repeat_at_ = now + round_trip_.timeout();
  return true;
}

// --- packets ---

bool SctpSender::has_sendable() const {
  if (!is_started_) return false;
  if (is_forward_due_ || is_fast_retransmit_due_) return true;
  return in_flight_ < congestion_.window() && (lost_count_ > 0 || is_cutting() || !queue_.empty());
}

void SctpSender::flush(Instant now, SctpPacker& packer, Extent extent) {
  if (!is_started_) return;
  if (in_flight_ == 0 && now - last_sent_at_ > round_trip_.timeout()) congestion_.handle_idle();
  if (extent == Extent::kAll) {
    send_again(now, packer);
    write_forward_tsn(packer);
  }
  send_new(now, packer, extent);
}

/// Tells the receiver to go on past the abandoned chunks at the front (RFC 3758 §3.5).
void SctpSender::write_forward_tsn(SctpPacker& packer) {
  if (!std::exchange(is_forward_due_, false)) return;
  std::vector<SctpForwardTsn::Skip> skips;
  Tsn end = acknowledged_;
  while (end + 1 < next_tsn() && chunk(end + 1).state == ChunkState::kAbandoned) {
    const Begun& message = begun(chunk(end + 1).message);
    if (!message.message.is_unordered) {
      const auto known = std::ranges::find(skips, message.message.stream,
                                           [](const SctpForwardTsn::Skip& skip) { return skip.stream; });
      if (known != skips.end()) {
        known->sequence = message.sequence;
      } else if (skips.size() == kSkipsMax) {
        break;
      } else {
        skips.push_back({.stream = message.message.stream, .sequence = message.sequence});
      }
    }
    ++end;
  }
  if (end == acknowledged_) return;
  ByteWriter out(packer.add(SctpChunkType::kForwardTsn, 0, 4 + 4 * skips.size()));
  out.u32(static_cast<uint32_t>(end));
  for (const SctpForwardTsn::Skip& skip : skips) {
    out.u16(skip.stream);
    out.u16(skip.sequence);
  }
}

/// The receiver's window does not count here: it needs the oldest chunks most when it is full.
void SctpSender::send_again(Instant now, SctpPacker& packer) {
  size_t allowance = std::exchange(is_fast_retransmit_due_, false) ? SctpCongestion::kPacket : 0;
  for (Tsn tsn = std::max(lost_from_, acknowledged_ + 1); lost_count_ > 0 && tsn < next_tsn(); ++tsn) {
    lost_from_ = tsn;
    Chunk& lost = chunk(tsn);
    if (lost.state != ChunkState::kLost) continue;
    Begun& message = begun(lost.message);
    if (message.message.expires_at && may_give_up(now, message, lost)) {
      abandon(message);
      continue;
    }
    const size_t size = cost(lost);
    if (in_flight_ >= congestion_.window() && size > allowance) return;
    allowance -= std::min(allowance, size);
    --lost_count_;
    transmit(now, tsn, packer);
    if (tsn == acknowledged_ + 1) repeat_at_ = now + round_trip_.timeout();
  }
}

void SctpSender::send_new(Instant now, SctpPacker& packer, Extent extent) {
  while (in_flight_ < congestion_.window() && lost_count_ == 0) {
    if (!is_cutting() && !begin_message(now)) return;
    Begun& message = begun_.back();
    if (peer_knows_forward_tsn_ && message.message.expires_at && now >= *message.message.expires_at) {
      abandon(message);
      continue;
    }
    const size_t size = std::min(message.message.bytes.size() - message.cut, SctpData::kPayloadMax);
    // With nothing on its way one chunk goes out even to a full receiver: its answer tells when there is room again.
    if (in_flight_ > 0 && size > peer_window_) return;
    if (extent == Extent::kOnePacket && !packer.fits(SctpData::kHeaderSize + size)) return;
    const Tsn tsn = next_tsn();
    chunks_.push_back({.message = begun_first_ + begun_.size() - 1,
                       .offset = static_cast<uint32_t>(message.cut),
                       .size = static_cast<uint16_t>(size),
                       .ends = message.cut + size == message.message.bytes.size()});
    message.cut += size;
    peer_window_ -= std::min(peer_window_, size);
    transmit(now, tsn, packer);
  }
}

/// Takes the next message from the queue; false if there is none.
bool SctpSender::begin_message(Instant now) {
  auto next = queue_.pop(now);
  if (!next) return false;
  Begun message{.message = std::move(*next), .first_tsn = next_tsn()};
  const size_t id = message.message.stream;
  if (streams_.size() <= id) streams_.resize(id + 1);
  ++streams_[id].begun;
  if (!message.message.is_unordered) message.sequence = streams_[id].next_sequence++;
  begun_size_ += message.message.bytes.size();
  begun_.push_back(std::move(message));
  return true;
}

void SctpSender::transmit(Instant now, Tsn tsn, SctpPacker& packer) {
  Chunk& out = chunk(tsn);
  const Begun& from = begun(out.message);
  const SctpData data{.tsn = static_cast<uint32_t>(tsn),
                      .stream = from.message.stream,
                      .sequence = from.sequence,
                      .protocol = from.message.protocol,
                      .is_unordered = from.message.is_unordered,
                      .begins = out.offset == 0,
                      .ends = out.ends,
                      .payload = as_bytes(from.message.bytes).subspan(out.offset, out.size)};
  data.write(packer);
  out.state = ChunkState::kInFlight;
  out.misses = 0;
  out.sent_before = next_tsn() - 1;
  ++out.transmissions;
  in_flight_ += cost(out);
  last_sent_at_ = now;
  if (!repeat_at_) repeat_at_ = now + round_trip_.timeout();
  if (!probe_ && out.transmissions == 1) {
    probe_ = tsn;
    probe_sent_at_ = now;
  }
}

}  // namespace kith::rtc
