// Shares an estimate among the videos of one subscriber: which layer of each is sent.
//
// Audio is paid first. Then shared screens, each as far up as it goes; then cameras, all by one step, again and again,
// so that nobody is rich while somebody is poor. Down at once; up only when there has been room for a second.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// One subscribed video: what it could be sent, and what is sent.
struct VideoDemand {
  /// What sending a layer costs, by spatial and temporal layer, the layers it rests on included; 0: not there now.
  std::array<std::array<DataRate, kTemporalLayersMax>, kSpatialLayersMax> rates{};
  Layer wanted;  ///< the best the viewer can use; none: hidden, it gets nothing
  bool is_screen_share = false;
  bool may_pause = false;  ///< false: the lowest layer is sent at all costs
  uint32_t priority = 0;   ///< higher first

  /// In: what was granted last, none for a new one and while paused. Out: what is granted now.
  Layer target;
  /// In: true until it was first granted anything, which then needs no waiting.
  bool is_new = true;
};

class Allocator {
 public:
  /// Sets `target` of each demand.
  void allocate(Instant now, DataRate estimate, DataRate audio, std::span<VideoDemand> demands);
  /// What the demands of the last call would take if nothing were scarce, with the headroom for it: for the estimator.
  [[nodiscard]] DataRate wanted() const { return wanted_; }

 private:
  struct Step {
    Layer layer;
    int64_t bps = 0;
  };
  /// The layers worth sending of one demand, each better and dearer than the one before.
  struct Ladder {
    std::array<Step, kSpatialLayersMax * kTemporalLayersMax> steps;
    int count = 0;
    int held = -1;    ///< step of what was granted last
    int chosen = -1;  ///< step of the plan; −1: nothing

    void add(Step step);
    [[nodiscard]] int64_t cost(int step) const { return step < 0 ? 0 : steps[static_cast<size_t>(step)].bps; }
  };

  static Ladder make_ladder(const VideoDemand& demand);
  void sort(std::span<const VideoDemand> demands);
  /// Chooses steps for a budget; up to the held ones, or as high as wanted.
  void plan(std::span<const VideoDemand> demands, int64_t budget_bps, bool may_rise);
  void raise_cameras(std::span<const VideoDemand> demands, int64_t& budget_bps, bool may_rise);
  [[nodiscard]] int limit_of(const VideoDemand& demand, const Ladder& ladder, bool may_rise) const;
  bool raise(size_t index, int limit, int64_t& budget_bps);

  std::optional<Instant> room_since_;
  DataRate wanted_;
  int64_t reserve_bps_ = 0;  ///< what a rise must leave: the headroom; what is held needs none
  // Scratch: by the demands' order, and the order in which they are served.
  std::vector<Ladder> ladders_;
  std::vector<int> risen_;
  std::vector<size_t> order_;
};

}  // namespace kith::sfu
