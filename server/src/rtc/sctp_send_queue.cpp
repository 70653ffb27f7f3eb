#include "rtc/sctp_send_queue.hpp"

#include <utility>

namespace kith::rtc {

void SctpSendQueue::push(SctpOutboundMessage message) {
  Stream& stream = streams_[message.stream];
  if (stream.messages.empty()) turns_.push_back(message.stream);
  ++count_;
  size_ += message.bytes.size();
  stream.size += message.bytes.size();
  stream.messages.push_back(std::move(message));
}

std::optional<SctpOutboundMessage> SctpSendQueue::pop(Instant now) {
  while (!turns_.empty()) {
    const uint16_t id = turns_.front();
    turns_.pop_front();
    const auto at = streams_.find(id);
    Stream& stream = at->second;
    SctpOutboundMessage message = std::move(stream.messages.front());
    stream.messages.pop_front();
    --count_;
    size_ -= message.bytes.size();
    stream.size -= message.bytes.size();
    if (stream.messages.empty()) {
      streams_.erase(at);
    } else {
      turns_.push_back(id);
    }
    if (!message.expires_at || now < *message.expires_at) return message;
  }
  return std::nullopt;
}

size_t SctpSendQueue::size(uint16_t stream) const {
  const auto at = streams_.find(stream);
  return at == streams_.end() ? 0 : at->second.size;
}

}  // namespace kith::rtc
