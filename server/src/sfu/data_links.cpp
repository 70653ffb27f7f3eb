#include "sfu/data_links.hpp"

namespace kith::sfu {
namespace {

constexpr std::array<std::string_view, kDataChannelCount> kLabels{"_reliable", "_lossy", "_data_track"};

}  // namespace

std::string_view label_of(DataChannel channel) { return kLabels[static_cast<size_t>(channel)]; }

std::optional<DataChannel> data_channel_of(std::string_view label) {
  for (size_t i = 0; i < kLabels.size(); ++i) {
    if (kLabels[i] == label) return static_cast<DataChannel>(i);
  }
  return std::nullopt;
}

void DataLinks::open(Instant now) {
  if (is_open_ || transport_.data() == nullptr) return;
  is_open_ = true;
  for (const DataChannel channel : {DataChannel::kReliable, DataChannel::kLossy, DataChannel::kDataTrack}) {
    rtc::ChannelOptions options{.label = std::string(label_of(channel))};
    if (channel != DataChannel::kReliable) {
      options.is_ordered = false;
      options.max_retransmits = 0;
    }
    channels_[static_cast<size_t>(channel)] = transport_.data()->open_channel(std::move(options));
  }
  for (const std::string& message : waiting_) send(now, DataChannel::kReliable, message);
  waiting_.clear();
  waiting_bytes_ = 0;
}

bool DataLinks::send(Instant now, DataChannel channel, std::string_view message) {
  const bool is_reliable = channel == DataChannel::kReliable;
  if (!is_open_) {
    if (!is_reliable) return true;
    if (waiting_bytes_ + message.size() > kWaitingMax) return false;
    waiting_bytes_ += message.size();
    waiting_.emplace_back(message);
    return true;
  }
  const auto id = channels_[static_cast<size_t>(channel)];
  if (!id) return !is_reliable;
  rtc::DataChannels& data = *transport_.data();
  if (!is_reliable && data.buffered_amount(*id) > kLossyBacklogMax) return true;
  const rtc::SendStatus status = data.send(now, *id, rtc::as_bytes(message), false);
  return status != rtc::SendStatus::kFull || !is_reliable;
}

}  // namespace kith::sfu
