// Dependency descriptors for the tests, written bit by bit as appendix A of the AV1 RTP specification lays them out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::sfu::test {

/// Bits in order, as bytes.
class Bits {
 public:
  Bits& put(uint32_t value, int width) {
    for (int bit = width - 1; bit >= 0; --bit) bits_.push_back((value >> bit & 1) != 0 ? '1' : '0');
    return *this;
  }
  /// Decode target indications: one of "-DSR" each.
  Bits& indications(std::string_view text) {
    for (const char c : text) put(static_cast<uint32_t>(std::string_view("-DSR").find(c)), 2);
    return *this;
  }
  [[nodiscard]] size_t size() const { return bits_.size(); }
  [[nodiscard]] std::vector<uint8_t> bytes() const {
    std::vector<uint8_t> out((bits_.size() + 7) / 8);
    for (size_t i = 0; i < bits_.size(); ++i) {
      if (bits_[i] == '1') out[i / 8] = static_cast<uint8_t>(out[i / 8] | 0x80 >> i % 8);
    }
    return out;
  }

 private:
  std::string bits_;
};

struct TemplateRow {
  uint32_t next_layer;  ///< 0 same, 1 next temporal, 2 next spatial, 3 end
  std::string_view indications;
  std::vector<uint32_t> differences;
  std::vector<uint32_t> chains;
};

/// Two spatial and two temporal layers; layers are predicted from one another only in key pictures (L2T2_KEY, A.10).
/// Targets 0 to 3: S0T0, S0T1, S1T0, S1T1; a chain per spatial layer.
inline const std::vector<TemplateRow> kL2T2Key{
    {0, "SSSS", {}, {0, 0}},   // 0: S0T0 of a key picture
    {1, "SS--", {4}, {4, 3}},  // 1: S0T0
    {2, "-D--", {2}, {2, 1}},  // 2: S0T1
    {0, "--SS", {1}, {1, 1}},  // 3: S1T0 of a key picture
    {1, "--SS", {4}, {1, 4}},  // 4: S1T0
    {3, "---D", {2}, {3, 2}},  // 5: S1T1
};

inline void put_structure(Bits& bits, const std::vector<TemplateRow>& rows) {
  bits.put(0, 6).put(3, 5);  // template ids from 0; four decode targets
  for (const TemplateRow& row : rows) bits.put(row.next_layer, 2);
  for (const TemplateRow& row : rows) bits.indications(row.indications);
  for (const TemplateRow& row : rows) {
    for (const uint32_t difference : row.differences) bits.put(1, 1).put(difference - 1, 4);
    bits.put(0, 1);
  }
  bits.put(2, 2);  // two chains: ns(5) spends two bits on values below 3
  for (const uint32_t chain : {0U, 0U, 1U, 1U}) bits.put(chain, 1);
  for (const TemplateRow& row : rows) {
    for (const uint32_t distance : row.chains) bits.put(distance, 4);
  }
  bits.put(0, 1);  // no resolutions
}

inline Bits mandatory(bool starts, bool ends, uint32_t template_id, uint16_t frame_number) {
  Bits bits;
  bits.put(starts ? 1 : 0, 1).put(ends ? 1 : 0, 1).put(template_id, 6).put(frame_number, 16);
  return bits;
}

/// The descriptor of a key picture's first frame: brings the structure.
inline std::vector<uint8_t> key_descriptor(uint16_t frame_number, bool starts = true, bool ends = true) {
  Bits bits = mandatory(starts, ends, 0, frame_number);
  bits.put(0b10000, 5);
  put_structure(bits, kL2T2Key);
  return bits.bytes();
}

inline std::vector<uint8_t> short_descriptor(uint32_t template_id, uint16_t frame_number, bool starts = true,
                                             bool ends = true) {
  return mandatory(starts, ends, template_id, frame_number).bytes();
}

}  // namespace kith::sfu::test
