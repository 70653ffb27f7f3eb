#include "sfu/allocator.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace kith::sfu {

namespace {

/// Going up needs this much more than it costs: bitrates and estimates breathe.
constexpr double kHeadroom = 1.15;
/// … for so long. Shorter flickers between layers, longer leaves room unused.
constexpr Duration kRoomFor = std::chrono::seconds(1);

int64_t with_headroom(int64_t bps) { return static_cast<int64_t>(static_cast<double>(bps) * kHeadroom); }
int64_t without_headroom(int64_t bps) { return static_cast<int64_t>(static_cast<double>(bps) / kHeadroom); }

}  // namespace

void Allocator::allocate(Instant now, DataRate estimate, DataRate audio, std::span<VideoDemand> demands) {
  ladders_.clear();
  int64_t wanted_bps = 0;
  for (const VideoDemand& demand : demands) {
    const Ladder& ladder = ladders_.emplace_back(make_ladder(demand));
    wanted_bps += ladder.cost(ladder.count - 1);
  }
  wanted_ = DataRate{audio.bps + with_headroom(wanted_bps)};
  sort(demands);
  const int64_t budget_bps = std::max<int64_t>(0, estimate.bps - audio.bps);
  plan(demands, budget_bps, true);
  risen_.clear();
  for (const Ladder& ladder : ladders_) risen_.push_back(ladder.chosen);
  plan(demands, budget_bps, false);
  bool has_room = false;
  for (size_t i = 0; i < demands.size(); ++i) has_room = has_room || risen_[i] > ladders_[i].chosen;
  room_since_ = has_room ? std::optional(room_since_.value_or(now)) : std::nullopt;
  const bool may_rise = room_since_ && now - *room_since_ >= kRoomFor;
  if (may_rise) room_since_.reset();
  for (size_t i = 0; i < demands.size(); ++i) {
    const int chosen = may_rise ? risen_[i] : ladders_[i].chosen;
    demands[i].target = chosen < 0 ? Layer{} : ladders_[i].steps[static_cast<size_t>(chosen)].layer;
  }
}

void Allocator::Ladder::add(Step step) {
  // What is worse and not cheaper is no choice.
  while (count > 0 && steps[static_cast<size_t>(count - 1)].bps >= step.bps) --count;
  steps[static_cast<size_t>(count++)] = step;
}

Allocator::Ladder Allocator::make_ladder(const VideoDemand& demand) {
  Ladder ladder;
  if (demand.wanted.is_none()) return ladder;
  const auto spatial_count = static_cast<int8_t>(kSpatialLayersMax);
  const int8_t temporal_max = std::clamp<int8_t>(demand.wanted.temporal, 0, kTemporalLayersMax - 1);
  for (int8_t spatial = 0; spatial < spatial_count; ++spatial) {
    // Above what is wanted only if nothing below is there.
    if (spatial > demand.wanted.spatial && ladder.count > 0) break;
    const auto& rates = demand.rates[static_cast<size_t>(spatial)];
    int8_t best = temporal_max;
    while (best > 0 && rates[static_cast<size_t>(best)].bps == 0) --best;
    // A sharper picture is worth half of the frames to a camera's viewer, to a reader of a screen it is worth any.
    const bool is_lowest = ladder.count == 0;
    const int8_t first = is_lowest || demand.is_screen_share ? int8_t{0} : std::max<int8_t>(0, best - 1);
    for (int8_t temporal = first; temporal <= best; ++temporal) {
      const int64_t bps = rates[static_cast<size_t>(temporal)].bps;
      if (bps > 0) ladder.add({.layer = {.spatial = spatial, .temporal = temporal}, .bps = bps});
    }
  }
  // Nothing came yet: whatever begins may pass.
  if (ladder.count == 0) ladder.add({.layer = {.spatial = 0, .temporal = temporal_max}, .bps = 0});
  while (ladder.held + 1 < ladder.count && ladder.steps[static_cast<size_t>(ladder.held + 1)].layer <= demand.target) {
    ++ladder.held;
  }
  return ladder;
}

/// Screens first, then by priority, then as given.
void Allocator::sort(std::span<const VideoDemand> demands) {
  order_.resize(demands.size());
  std::iota(order_.begin(), order_.end(), size_t{0});
  std::ranges::stable_sort(order_, std::greater<>(), [&](size_t index) {
    return std::tuple(demands[index].is_screen_share, demands[index].priority);
  });
}

int Allocator::limit_of(const VideoDemand& demand, const Ladder& ladder, bool may_rise) const {
  return may_rise || demand.is_new ? ladder.count - 1 : ladder.held;
}

bool Allocator::raise(size_t index, int limit, int64_t& budget_bps) {
  Ladder& ladder = ladders_[index];
  if (ladder.chosen >= limit) return false;
  const int64_t more = ladder.cost(ladder.chosen + 1) - ladder.cost(ladder.chosen);
  const bool is_rise = ladder.chosen + 1 > ladder.held;
  if (more > budget_bps - (is_rise ? reserve_bps_ : 0)) return false;
  budget_bps -= more;
  ++ladder.chosen;
  return true;
}

void Allocator::plan(std::span<const VideoDemand> demands, int64_t budget_bps, bool may_rise) {
  reserve_bps_ = may_rise ? budget_bps - without_headroom(budget_bps) : 0;
  for (size_t index = 0; index < demands.size(); ++index) {
    Ladder& ladder = ladders_[index];
    const bool is_owed = !demands[index].may_pause && ladder.count > 0;
    ladder.chosen = is_owed ? 0 : -1;
    if (is_owed) budget_bps -= ladder.cost(0);
  }
  for (const size_t index : order_) {
    if (!demands[index].is_screen_share) continue;
    const int limit = limit_of(demands[index], ladders_[index], may_rise);
    while (raise(index, limit, budget_bps)) {
    }
  }
  raise_cameras(demands, budget_bps, may_rise);
}

/// Every camera gets its lowest layer before any gets more; then those of one priority rise together.
void Allocator::raise_cameras(std::span<const VideoDemand> demands, int64_t& budget_bps, bool may_rise) {
  const auto round = [&](uint32_t priority_min, int step_max) {
    bool is_raised = false;
    for (const size_t index : order_) {
      const VideoDemand& demand = demands[index];
      if (demand.is_screen_share || demand.priority < priority_min) continue;
      const int limit = std::min(limit_of(demand, ladders_[index], may_rise), step_max);
      is_raised = raise(index, limit, budget_bps) || is_raised;
    }
    return is_raised;
  };
  round(0, 0);
  const int step_max = static_cast<int>(kSpatialLayersMax * kTemporalLayersMax);
  for (const size_t index : order_) {
    if (demands[index].is_screen_share) continue;
    while (round(demands[index].priority, step_max)) {
    }
  }
}

}  // namespace kith::sfu
