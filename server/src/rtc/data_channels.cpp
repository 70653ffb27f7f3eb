#include "rtc/data_channels.hpp"

#include <chrono>
#include <utility>

namespace kith::rtc {

std::optional<uint16_t> DataChannels::open_channel(ChannelOptions options) {
  if (is_lost() || options.label.size() > kChannelNameMax || options.protocol.size() > kChannelNameMax) {
    return std::nullopt;
  }
  for (auto id = static_cast<uint16_t>(ids_); id < kChannelsMax; id = static_cast<uint16_t>(id + 2)) {
    if (channels_.contains(id)) continue;
    push_control(id, serialize_channel_open(options));
    channels_.emplace(id, Channel{.options = std::move(options), .is_ours = true});
    association_.connect();
    return id;
  }
  return std::nullopt;
}

void DataChannels::close_channel(uint16_t channel) {
  const auto at = channels_.find(channel);
  if (at == channels_.end() || at->second.is_closing) return;
  at->second.is_closing = true;
  association_.reset_stream(channel);
}

SendStatus DataChannels::send(Instant now, uint16_t channel, Bytes message, bool is_text) {
  const auto at = channels_.find(channel);
  if (at == channels_.end() || at->second.is_closing) return SendStatus::kClosed;
  if (message.size() > kMessageMax) return SendStatus::kTooLong;
  if (association_.held() + message.size() > kSendBufferMax) return SendStatus::kFull;
  const Channel& to = at->second;
  const auto protocol = message.empty() ? (is_text ? PayloadProtocol::kEmptyText : PayloadProtocol::kEmptyBinary)
                                        : (is_text ? PayloadProtocol::kText : PayloadProtocol::kBinary);
  SctpOutboundMessage out{.bytes = message.empty() ? std::string(1, '\0') : std::string(as_text(message)),
                          .stream = channel,
                          .protocol = static_cast<uint32_t>(protocol),
                          .is_unordered = !to.options.is_ordered && to.is_confirmed,
                          .max_retransmits = to.options.max_retransmits};
  if (to.options.max_lifetime_ms) out.expires_at = now + std::chrono::milliseconds(*to.options.max_lifetime_ms);
  association_.push(std::move(out));
  return SendStatus::kQueued;
}

size_t DataChannels::buffered_amount(uint16_t channel) const {
  return channels_.contains(channel) ? association_.unsent(channel) : 0;
}

void DataChannels::handle_packet(Instant now, Bytes packet) {
  association_.handle_packet(now, packet);
  handle_events();
}

void DataChannels::handle_timeout(Instant now) {
  association_.handle_timeout(now);
  handle_events();
}

void DataChannels::abort() {
  association_.abort();
  channels_.clear();
}

std::vector<ChannelEvent> DataChannels::take_events() { return std::exchange(events_, {}); }

void DataChannels::push_control(uint16_t channel, std::string message) {
  association_.push(
      {.bytes = std::move(message), .stream = channel, .protocol = static_cast<uint32_t>(PayloadProtocol::kDcep)});
}

void DataChannels::handle_events() {
  association_.take_events(association_events_);
  for (SctpEvent& event : association_events_) {
    if (auto* message = std::get_if<SctpInboundMessage>(&event)) {
      handle_message(std::move(*message));
    } else if (const auto* peer_reset = std::get_if<SctpPeerReset>(&event)) {
      handle_peer_reset(peer_reset->stream);
    } else if (const auto* own_reset = std::get_if<SctpOwnReset>(&event)) {
      handle_own_reset(own_reset->stream);
    } else {
      channels_.clear();
      events_.emplace_back(AssociationLost{.cause = std::get<SctpLoss>(event)});
    }
  }
  association_events_.clear();
}

void DataChannels::handle_message(SctpInboundMessage&& message) {
  const auto protocol = static_cast<PayloadProtocol>(message.protocol);
  if (protocol == PayloadProtocol::kDcep) return handle_control(message.stream, as_bytes(message.bytes));
  const auto at = channels_.find(message.stream);
  if (at == channels_.end() || at->second.is_closing) return;
  const bool is_text = protocol == PayloadProtocol::kText || protocol == PayloadProtocol::kTextPartial ||
                       protocol == PayloadProtocol::kEmptyText;
  const bool is_empty = protocol == PayloadProtocol::kEmptyText || protocol == PayloadProtocol::kEmptyBinary;
  const bool is_binary = protocol == PayloadProtocol::kBinary || protocol == PayloadProtocol::kBinaryPartial ||
                         protocol == PayloadProtocol::kEmptyBinary;
  if (!is_text && !is_binary) return;
  if (is_empty) message.bytes.clear();
  confirm(message.stream, at->second);
  events_.emplace_back(
      MessageReceived{.channel = message.stream, .message = std::move(message.bytes), .is_text = is_text});
}

void DataChannels::handle_control(uint16_t channel, Bytes message) {
  if (!is_channel_ack(message)) return handle_open(channel, message);
  const auto at = channels_.find(channel);
  if (at != channels_.end() && at->second.is_ours) confirm(channel, at->second);
}

void DataChannels::handle_open(uint16_t id, Bytes message) {
  const auto at = channels_.find(id);
  // The peer may use an id again as soon as it knows that both sides were reset, which may be before we know.
  if (at != channels_.end() && !at->second.is_reset_by_peer) return;
  auto options = parse_channel_open(message);
  if (!options || is_own_id(id)) return association_.reset_stream(id);
  push_control(id, serialize_channel_ack());
  events_.emplace_back(ChannelOpened{.channel = id, .options = *options, .is_ours = false});
  channels_.insert_or_assign(id, Channel{.options = std::move(*options), .is_confirmed = true});
}

/// The peer has answered our request to open.
void DataChannels::confirm(uint16_t id, Channel& channel) {
  if (std::exchange(channel.is_confirmed, true) || channel.is_closing) return;
  events_.emplace_back(ChannelOpened{.channel = id, .options = channel.options, .is_ours = true});
}

void DataChannels::handle_peer_reset(uint16_t id) {
  const auto at = channels_.find(id);
  if (at == channels_.end() || at->second.is_reset_by_peer) return;
  Channel& channel = at->second;
  channel.is_reset_by_peer = true;
  events_.emplace_back(ChannelClosed{.channel = id});
  // Both sides of a channel close (RFC 8831 §6.7).
  if (!std::exchange(channel.is_closing, true)) association_.reset_stream(id);
  if (channel.is_reset_by_us) channels_.erase(at);
}

void DataChannels::handle_own_reset(uint16_t id) {
  const auto at = channels_.find(id);
  if (at == channels_.end() || !at->second.is_closing) return;
  at->second.is_reset_by_us = true;
  if (at->second.is_reset_by_peer) channels_.erase(at);
}

}  // namespace kith::rtc
