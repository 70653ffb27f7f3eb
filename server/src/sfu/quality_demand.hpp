// Dynacast: which qualities of a published video somebody watches, so that the publisher encodes no others (spec §4.3).
#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// More demand is told at once, less only when it lasts: viewers come and go, encoders start slowly.
class QualityDemand {
 public:
  /// `highest`: the best quality anybody watches now; kOff: nobody watches.
  void update(Instant now, VideoQuality highest);
  /// What the publisher must be told now, once.
  std::optional<VideoQuality> take_change(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

 private:
  static constexpr std::chrono::seconds kLowerAfter{5};

  std::optional<VideoQuality> told_;
  VideoQuality wanted_ = VideoQuality::kOff;
  std::optional<Instant> due_;
};

/// All qualities up to the highest: a layer is only useful with those below it. Empty for kOff.
std::vector<VideoQuality> qualities_up_to(VideoQuality highest);

}  // namespace kith::sfu
