#include "rtc/sctp_association.hpp"

#include <algorithm>
#include <utility>

#include "base/deadline.hpp"

namespace kith::rtc {
namespace {

/// In ABORT and SHUTDOWN COMPLETE: the tag is the receiver's own view of the sender's (RFC 9260 §8.5.1).
constexpr uint8_t kTagReflected = 0x01;
constexpr uint16_t kHeartbeatInfo = 1;  // RFC 9260 §3.3.5
constexpr size_t kHeartbeatSize = kSctpItemHeaderSize + 8;

uint32_t random_tag(Random& random) {
  uint32_t tag = 0;
  while (tag == 0) tag = static_cast<uint32_t>(random.next_u64());
  return tag;
}

}  // namespace

SctpAssociation::SctpAssociation(Random& random)
    : own_tag_(random_tag(random)),
      own_initial_tsn_(static_cast<uint32_t>(random.next_u64())),
      sender_(own_initial_tsn_, round_trip_),
      reset_(own_initial_tsn_),
      random_(random) {
  random.fill(std::as_writable_bytes(std::span(own_cookie_)));
}

void SctpAssociation::connect() {
  if (state_ != State::kIdle) return;
  state_ = State::kCookieWait;
  is_init_due_ = true;
}

void SctpAssociation::take_events(std::vector<SctpEvent>& events) {
  events.insert(events.end(), std::make_move_iterator(events_.begin()), std::make_move_iterator(events_.end()));
  events_.clear();
}

// --- packets in ---

void SctpAssociation::handle_packet(Instant now, Bytes packet) {
  const auto parsed = parse_sctp_packet(packet);
  if (!parsed || state_ == State::kLost) return;
  SctpItemReader chunks(parsed->chunks);
  auto chunk = chunks.next();
  if (!chunk || !has_valid_tag(*parsed, *chunk)) return;
  if (chunk->chunk_type() == SctpChunkType::kInit) return handle_init(chunk->value);  // it travels alone
  for (; chunk && state_ != State::kLost; chunk = chunks.next()) handle_chunk(now, *chunk);
  if (receiver_) receiver_->finish_packet(now);
}

bool SctpAssociation::has_valid_tag(const SctpPacket& packet, const SctpItem& first) const {
  const auto type = first.chunk_type();
  if (type == SctpChunkType::kInit) return packet.verification_tag == 0;
  const bool may_reflect = type == SctpChunkType::kAbort || type == SctpChunkType::kShutdownComplete;
  if (may_reflect && (first.chunk_flags() & kTagReflected) != 0) {
    return peer_tag_ != 0 && packet.verification_tag == peer_tag_;
  }
  return packet.verification_tag == own_tag_;
}

void SctpAssociation::handle_chunk(Instant now, const SctpItem& chunk) {
  switch (chunk.chunk_type()) {
    case SctpChunkType::kInitAck:
      return handle_init_ack(chunk.value);
    case SctpChunkType::kCookieEcho:
      return handle_cookie_echo(now, chunk.value);
    case SctpChunkType::kCookieAck:
      if (state_ == State::kCookieEchoed) establish(now);
      return;
    case SctpChunkType::kData:
      return handle_data(chunk);
    case SctpChunkType::kSack:
      return handle_sack(now, chunk.value);
    case SctpChunkType::kForwardTsn:
      return handle_forward_tsn(chunk.value);
    case SctpChunkType::kHeartbeat:
      return handle_heartbeat(chunk.value);
    case SctpChunkType::kHeartbeatAck:
      return handle_heartbeat_ack(now, chunk.value);
    case SctpChunkType::kReconfig:
      return handle_reconfig(chunk.value);
    case SctpChunkType::kShutdown:
      is_shutdown_ack_due_ = true;
      return lose(SctpLoss::kClosedByPeer, AbortCause::kNone);
    case SctpChunkType::kAbort:
    case SctpChunkType::kShutdownAck:
    case SctpChunkType::kShutdownComplete:
      return lose(SctpLoss::kClosedByPeer, AbortCause::kNone);
    case SctpChunkType::kInit:
    case SctpChunkType::kError:
      return;  // INIT in company; ERROR tells of what the peer skipped, and it may skip all that is not basic
  }
}

void SctpAssociation::handle_init(Bytes value) {
  auto init = SctpInit::parse(value);
  if (!init) return;
  if (peer_tag_ != 0 && init->tag != peer_tag_) return lose(SctpLoss::kClosedByPeer, AbortCause::kUserAbort);
  init->cookie = {};
  offered_ = *init;
  is_init_ack_due_ = true;
}

void SctpAssociation::handle_init_ack(Bytes value) {
  if (state_ != State::kCookieWait) return;
  const auto init = SctpInit::parse(value);
  if (!init) return;
  peer_tag_ = init->tag;
  if (init->cookie.empty() || init->cookie.size() > kSctpChunkValueMax) {
    return lose(SctpLoss::kProtocolViolation, AbortCause::kProtocolViolation);
  }
  peer_cookie_.assign(init->cookie.begin(), init->cookie.end());
  adopt(*init);
  state_ = State::kCookieEchoed;
  is_cookie_echo_due_ = true;
  handshake_at_.reset();
}

void SctpAssociation::handle_cookie_echo(Instant now, Bytes cookie) {
  if (offered_.tag == 0 || !std::ranges::equal(cookie, own_cookie_)) return;
  is_cookie_ack_due_ = true;
  if (state_ == State::kEstablished) return;
  adopt(offered_);
  establish(now);
}

void SctpAssociation::adopt(const SctpInit& peer) {
  if (receiver_) return;  // both sides began at once: the peer said the same in INIT and in INIT ACK
  peer_tag_ = peer.tag;
  peer_knows_reconfig_ = peer.knows_reconfig;
  receiver_.emplace(peer.initial_tsn, kStreams, kMessageMax);
  reset_.start(peer.initial_tsn);
  sender_.start(peer.receive_window, peer.knows_forward_tsn);
}

void SctpAssociation::establish(Instant now) {
  state_ = State::kEstablished;
  is_cookie_echo_due_ = false;
  peer_cookie_.clear();
  handshake_at_.reset();
  errors_ = 0;
  heartbeat_at_ = now + kHeartbeatEvery;
}

void SctpAssociation::handle_data(const SctpItem& chunk) {
  if (!receiver_) return;
  const auto data = SctpData::parse(chunk);
  if (!data || !receiver_->handle_data(*data, messages_)) {
    return lose(SctpLoss::kProtocolViolation, AbortCause::kProtocolViolation);
  }
  tell_messages();
}

void SctpAssociation::handle_sack(Instant now, Bytes value) {
  const auto sack = SctpSack::parse(value);
  if (!sack || !receiver_) return;
  if (!sender_.handle_sack(now, *sack)) return lose(SctpLoss::kProtocolViolation, AbortCause::kProtocolViolation);
  // Also one that acknowledges nothing new: a receiver without room is alive (RFC 9260 §8.1).
  errors_ = 0;
}

void SctpAssociation::handle_forward_tsn(Bytes value) {
  const auto forward = SctpForwardTsn::parse(value);
  if (!forward || !receiver_) return;
  receiver_->handle_forward_tsn(*forward, messages_);
  tell_messages();
}

void SctpAssociation::handle_heartbeat(Bytes value) {
  if (value.size() <= kSctpChunkValueMax && echoes_.size() < kEchoesMax)
    echoes_.emplace_back(value.begin(), value.end());
}

void SctpAssociation::handle_heartbeat_ack(Instant now, Bytes value) {
  if (!heartbeat_sent_at_ || value.size() != kHeartbeatSize) return;
  if (load_u64(value.data() + kSctpItemHeaderSize) != heartbeat_nonce_) return;
  round_trip_.measure(now - *heartbeat_sent_at_);
  heartbeat_sent_at_.reset();
  heartbeat_at_ = now + kHeartbeatEvery;
  errors_ = 0;
}

void SctpAssociation::handle_reconfig(Bytes value) {
  if (!receiver_) return;
  SctpStreamReset::Outcome outcome;
  reset_.handle_chunk(value, sender_, *receiver_, outcome);
  if (outcome.all_by_peer) {
    for (uint16_t stream = 0; stream < kStreams; ++stream) events_.emplace_back(SctpPeerReset{stream});
  }
  for (const uint16_t stream : outcome.reset_by_peer) events_.emplace_back(SctpPeerReset{stream});
  for (const uint16_t stream : outcome.done) events_.emplace_back(SctpOwnReset{stream});
}

void SctpAssociation::tell_messages() {
  for (SctpInboundMessage& message : messages_) events_.emplace_back(std::move(message));
  messages_.clear();
}

void SctpAssociation::lose(SctpLoss cause, AbortCause abort_cause) {
  state_ = State::kLost;
  abort_cause_ = abort_cause;
  events_.emplace_back(cause);
}

void SctpAssociation::abort() {
  if (state_ == State::kLost) return;
  state_ = State::kLost;
  abort_cause_ = AbortCause::kUserAbort;
}

// --- time ---

std::optional<Instant> SctpAssociation::next_timeout() const {
  if (state_ == State::kLost) return std::nullopt;
  std::optional<Instant> next;
  for (const auto& deadline : {handshake_at_, heartbeat_at_, sender_.next_timeout(), reset_.next_timeout(),
                               receiver_ ? receiver_->next_timeout() : std::nullopt}) {
    next = earlier(next, deadline);
  }
  return next;
}

void SctpAssociation::handle_timeout(Instant now) {
  if (state_ == State::kLost) return;
  if (handshake_at_ && now >= *handshake_at_) {
    handshake_at_.reset();
    is_init_due_ = state_ == State::kCookieWait;
    is_cookie_echo_due_ = state_ == State::kCookieEchoed;
    round_trip_.back_off();
    count_error();
  }
  if (heartbeat_at_ && now >= *heartbeat_at_) {
    if (heartbeat_sent_at_) count_error();
    is_heartbeat_due_ = true;
    heartbeat_at_.reset();
  }
  if (receiver_) receiver_->handle_timeout(now);
  if (sender_.handle_timeout(now)) count_error();
  // The peer answers resets when it gets to them; that it lives is for the others to find out.
  reset_.handle_timeout(now);
}

void SctpAssociation::count_error() {
  if (++errors_ > kErrorsMax && state_ != State::kLost) lose(SctpLoss::kNoAnswer, AbortCause::kUserAbort);
}

// --- packets out ---

SctpInit SctpAssociation::own_init() const {
  return {.tag = own_tag_,
          .receive_window = SctpReceiver::kBufferMax,
          .outbound_streams = kStreams,
          .inbound_streams = kStreams,
          .initial_tsn = own_initial_tsn_,
          .knows_forward_tsn = true,
          .knows_reconfig = true};
}

void SctpAssociation::flush(Instant now, SctpPacker::Sink send) {
  if (state_ == State::kLost) return flush_abort(send);
  if (std::exchange(is_init_due_, false)) {
    SctpPacker packer(0, send);  // INIT travels alone and without a tag (RFC 9260 §8.5.1)
    own_init().write(SctpChunkType::kInit, packer);
    packer.finish();
    handshake_at_ = now + round_trip_.timeout();
  }
  if (std::exchange(is_init_ack_due_, false)) {
    SctpPacker packer(offered_.tag, send);
    SctpInit answer = own_init();
    answer.cookie = own_cookie_;
    answer.write(SctpChunkType::kInitAck, packer);
    packer.finish();
  }
  if (peer_tag_ == 0) return;
  SctpPacker packer(peer_tag_, send);
  if (state_ == State::kCookieEchoed) {
    flush_handshake(now, packer);
  } else if (state_ == State::kEstablished) {
    flush_control(now, packer);
    if (receiver_->is_ack_due(sender_.has_sendable())) receiver_->write_sack(packer);
    sender_.flush(now, packer, SctpSender::Extent::kAll);
    if (peer_knows_reconfig_) reset_.flush(now, sender_, round_trip_, packer);
  }
  packer.finish();
}

/// COOKIE ECHO with as much data as its packet holds; nothing else may leave before the answer (RFC 9260 §5.1).
void SctpAssociation::flush_handshake(Instant now, SctpPacker& packer) {
  if (!std::exchange(is_cookie_echo_due_, false)) return;
  std::ranges::copy(peer_cookie_, packer.add(SctpChunkType::kCookieEcho, 0, peer_cookie_.size()).begin());
  sender_.flush(now, packer, SctpSender::Extent::kOnePacket);
  handshake_at_ = now + round_trip_.timeout();
}

void SctpAssociation::flush_control(Instant now, SctpPacker& packer) {
  if (std::exchange(is_cookie_ack_due_, false)) packer.add(SctpChunkType::kCookieAck, 0, 0);
  for (const std::vector<uint8_t>& echo : echoes_) {
    std::ranges::copy(echo, packer.add(SctpChunkType::kHeartbeatAck, 0, echo.size()).begin());
  }
  echoes_.clear();
  if (!std::exchange(is_heartbeat_due_, false)) return;
  heartbeat_nonce_ = random_.next_u64();
  ByteWriter out(packer.add(SctpChunkType::kHeartbeat, 0, kHeartbeatSize));
  out.u16(kHeartbeatInfo);
  out.u16(kHeartbeatSize);
  out.u64(heartbeat_nonce_);
  if (heartbeat_sent_at_) round_trip_.back_off();
  heartbeat_sent_at_ = now;
  heartbeat_at_ = now + round_trip_.timeout();
}

void SctpAssociation::flush_abort(SctpPacker::Sink send) {
  if (peer_tag_ == 0) return;
  SctpPacker packer(peer_tag_, send);
  if (std::exchange(is_shutdown_ack_due_, false)) packer.add(SctpChunkType::kShutdownAck, 0, 0);
  const AbortCause cause = std::exchange(abort_cause_, AbortCause::kNone);
  if (cause != AbortCause::kNone) {
    ByteWriter out(packer.add(SctpChunkType::kAbort, 0, kSctpItemHeaderSize));
    out.u16(static_cast<uint16_t>(cause));
    out.u16(kSctpItemHeaderSize);
  }
  packer.finish();
}

}  // namespace kith::rtc
