#include "sfu/quality_demand.hpp"

namespace kith::sfu {
namespace {

int rank(VideoQuality quality) { return quality == VideoQuality::kOff ? -1 : static_cast<int>(quality); }

}  // namespace

void QualityDemand::update(Instant now, VideoQuality highest) {
  // Publishers start with everything on: the first word can only lower it.
  const int told = told_ ? rank(*told_) : rank(VideoQuality::kHigh);
  wanted_ = highest;
  if (rank(highest) > told) {
    due_ = now;
  } else if (rank(highest) == told) {
    due_.reset();
  } else if (!due_) {
    due_ = now + kLowerAfter;
  }
}

std::optional<VideoQuality> QualityDemand::take_change(Instant now) {
  if (!due_ || *due_ > now) return std::nullopt;
  due_.reset();
  told_ = wanted_;
  return told_;
}

std::optional<Instant> QualityDemand::next_timeout() const { return due_; }

std::vector<VideoQuality> qualities_up_to(VideoQuality highest) {
  std::vector<VideoQuality> qualities;
  for (int i = 0; i <= rank(highest); ++i) qualities.push_back(static_cast<VideoQuality>(i));
  return qualities;
}

}  // namespace kith::sfu
