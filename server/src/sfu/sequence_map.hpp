// A subscriber's sequence numbers against the publisher's: ranges in which both run alike, so that late packets and
// NACKs find their way after drops and switches.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace kith::sfu {

/// How fields of one range are moved; unsigned, they wrap as the fields do.
struct RewriteOffsets {
  uint32_t timestamp = 0;
  uint16_t picture_id = 0;    ///< VP8
  uint16_t frame_number = 0;  ///< dependency descriptor
  uint8_t base_picture = 0;   ///< TL0PICIDX
  uint8_t key_index = 0;      ///< KEYIDX
  bool operator==(const RewriteOffsets&) const = default;
};

class SequenceMap {
 public:
  /// Two seconds of a video of which every other frame is dropped.
  static constexpr size_t kRangesMax = 128;

  struct Range {
    int64_t first_in = 0;
    int64_t last_in = 0;
    int64_t first_out = 0;
    uint16_t source = 0;
    uint8_t encoding = 0;
    RewriteOffsets offsets;
    [[nodiscard]] int64_t last_out() const { return first_out + (last_in - first_in); }
    [[nodiscard]] int64_t out_of(int64_t in) const { return first_out + (in - first_in); }
    [[nodiscard]] int64_t in_of(int64_t out) const { return first_in + (out - first_out); }
  };

  /// `first_out`: number of the first packet ever.
  explicit SequenceMap(int64_t first_out) : next_out_(first_out) {}

  /// Begins a range: packet `in` gets the next number.
  void begin(uint16_t source, uint8_t encoding, int64_t in, const RewriteOffsets& offsets);
  /// The newest range goes on up to `in`; what lies between keeps its place.
  void extend(int64_t in);
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// The newest range; only if not empty.
  [[nodiscard]] const Range& newest() const { return ranges_[index(count_ - 1)]; }
  /// The number the next new packet gets.
  [[nodiscard]] int64_t next_out() const { return next_out_; }
  /// The range a packet of the publisher was given a place in; nullptr: it was closed up, or is forgotten.
  [[nodiscard]] const Range* find_in(uint16_t source, int64_t in) const;
  /// The range of a number of ours; nullptr: forgotten or never sent.
  [[nodiscard]] const Range* find_out(int64_t out) const;

 private:
  static constexpr size_t kRangesMin = 4;

  /// Where the range that is `position`th by age lies.
  [[nodiscard]] size_t index(size_t position) const { return (begin_ + position) & (ranges_.size() - 1); }

  std::vector<Range> ranges_;  ///< a ring, a power of two up to kRangesMax
  size_t begin_ = 0;
  size_t count_ = 0;
  int64_t next_out_;
};

}  // namespace kith::sfu
