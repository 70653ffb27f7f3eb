// Tells from arrival times whether a queue on the way grows: the trend of one-way delay variation.
//
// Packets are taken in groups sent within 5 ms. Each group gives how much longer the way from group to group took for
// receiving than for sending; the slope of their smoothed sum over the last twenty groups, against a threshold that
// adapts to the path's noise, says whether the queue grows, stands or empties.
// A queue that already stands is seen by how much longer than lately packets are on their way: that tells of a sudden
// fall of capacity long before twenty groups have come, and whether the queue has emptied.
// Sources: draft-ietf-rmcat-gcc-02 §5.2 to §5.5; the line fit instead of its Kalman filter, and the constants, as
// libwebrtc's trendline estimator has them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace kith::sfu {

class DelayDetector {
 public:
  enum class Usage : uint8_t { kNormal, kOverusing, kUnderusing };

  /// A packet that arrived, in the order sent.
  void handle_packet(Instant sent, Instant arrived);
  [[nodiscard]] Usage usage() const { return usage_; }
  /// True from when a long queue stands on the way until it is short: send less than the path carries.
  [[nodiscard]] bool is_queue_standing() const { return standing_since_ms_.has_value(); }

 private:
  struct Group {
    Instant first_sent{};
    Instant last_sent{};
    Instant first_arrived{};
    Instant last_arrived{};
  };
  struct Point {
    double arrived_ms = 0;
    double delay_ms = 0;
  };
  static constexpr size_t kWindow = 20;

  [[nodiscard]] bool belongs_to_group(Instant sent, Instant arrived) const;
  void handle_group(const Group& previous, const Group& group);
  void measure_queue(const Group& group, double now_ms);
  void check_drain(double now_ms);
  void add_point(double arrived_ms, double delay_delta_ms);
  [[nodiscard]] std::optional<double> slope() const;
  void detect(double trend, double send_delta_ms, double now_ms);
  void adapt_threshold(double scaled_trend, double now_ms);

  std::optional<Group> previous_;
  std::optional<Group> current_;
  Instant origin_{};  ///< arrival of the first packet

  std::array<Point, kWindow> points_{};
  size_t point_count_ = 0;  ///< ever seen
  double accumulated_ms_ = 0;
  double smoothed_ms_ = 0;

  /// Shortest way (arrival less sending, each by its own clock) of this period and of the one before.
  std::optional<double> way_min_ms_;
  std::optional<double> way_min_before_ms_;
  double period_begin_ms_ = 0;
  double queue_ms_ = 0;  ///< smoothed: how much longer the way is now
  bool is_queue_rising_ = false;
  std::optional<double> standing_since_ms_;  ///< or since it last became clearly shorter
  double standing_ms_ = 0;                   ///< the queue then

  double threshold_ms_ = 12.5;
  double threshold_at_ms_ = 0;
  double trend_ = 0;
  double overusing_for_ms_ = 0;
  int overusing_count_ = 0;
  Usage usage_ = Usage::kNormal;
};

}  // namespace kith::sfu
