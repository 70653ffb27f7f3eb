#include "sfu/subscriber_extensions.hpp"

#include <algorithm>
#include <array>

namespace kith::sfu {

namespace {

using rtc::RtpExtension;

// In order of id, from 1. The transport sequence number stays first: its place in a block must be known.
constexpr std::array kAll{RtpExtension::kTransportSequence, RtpExtension::kAbsCaptureTime,
                          RtpExtension::kAudioLevel,        RtpExtension::kVideoOrientation,
                          RtpExtension::kVideoContentType,  RtpExtension::kDependencyDescriptor};
constexpr std::array kAudio{RtpExtension::kTransportSequence, RtpExtension::kAbsCaptureTime, RtpExtension::kAudioLevel};
constexpr std::array kVideo{RtpExtension::kTransportSequence, RtpExtension::kAbsCaptureTime,
                            RtpExtension::kVideoOrientation, RtpExtension::kVideoContentType,
                            RtpExtension::kDependencyDescriptor};
/// What passes as it came.
constexpr std::array kPassed{RtpExtension::kAbsCaptureTime, RtpExtension::kAudioLevel, RtpExtension::kVideoOrientation,
                             RtpExtension::kVideoContentType};

constexpr size_t kFixedHeader = 12;
constexpr size_t kOneByteValueMax = 16;
constexpr size_t kElementsMax = 16;

constexpr uint8_t id_of(RtpExtension extension) {
  const auto* const found = std::ranges::find(kAll, extension);
  return found == kAll.end() ? 0 : static_cast<uint8_t>(found - kAll.begin() + 1);
}

struct Element {
  uint8_t id = 0;
  rtc::Bytes value;
};

/// The elements of a block that is to be written.
class Elements {
 public:
  void add(uint8_t id, rtc::Bytes value) {
    if (count_ < elements_.size()) elements_[count_++] = {.id = id, .value = value};
  }
  [[nodiscard]] std::span<const Element> all() const { return std::span(elements_).first(count_); }

 private:
  std::array<Element, kElementsMax> elements_{};
  size_t count_ = 0;
};

/// Writes the block: the header writer's output without the fixed header.
ExtensionBlock write_block(const Elements& elements, rtc::MutableBytes out) {
  std::array<uint8_t, kFixedHeader + kExtensionBlockMax> buffer{};
  const bool is_two_byte = std::ranges::any_of(elements.all(), [](const Element& element) {
    return element.value.empty() || element.value.size() > kOneByteValueMax;
  });
  ExtensionBlock block;
  rtc::RtpHeaderWriter writer(buffer, {}, is_two_byte);
  for (const Element& element : elements.all()) {
    const rtc::MutableBytes written = writer.add(element.id, element.value);
    if (element.id != id_of(RtpExtension::kDependencyDescriptor) || written.empty()) continue;
    block.descriptor_at = static_cast<uint16_t>(written.data() - buffer.data() - kFixedHeader);
    block.descriptor_size = static_cast<uint8_t>(written.size());
  }
  const size_t size = writer.finish();
  if (size <= kFixedHeader || size - kFixedHeader > out.size()) return {};
  block.size = size - kFixedHeader;
  std::copy_n(buffer.begin() + kFixedHeader, block.size, out.begin());
  return block;
}

}  // namespace

std::span<const rtc::RtpExtension> subscriber_extensions(MediaKind kind) {
  if (kind == MediaKind::kAudio) return kAudio;
  return kVideo;
}

uint8_t subscriber_extension_id(rtc::RtpExtension extension) { return id_of(extension); }

ExtensionBlock write_subscriber_extensions(const rtc::RtpPacket& packet, const rtc::RtpExtensionMap& published,
                                           bool with_descriptor, rtc::MutableBytes out) {
  static constexpr std::array<uint8_t, 2> kRoom{};
  Elements elements;
  elements.add(id_of(RtpExtension::kTransportSequence), kRoom);
  const auto pass = [&elements, &packet, &published](RtpExtension extension, size_t size_max) {
    const auto value = packet.find(published, extension);
    if (value && !value->empty() && value->size() <= size_max) elements.add(id_of(extension), *value);
  };
  for (const RtpExtension extension : kPassed) pass(extension, kOneByteValueMax);
  if (with_descriptor) pass(RtpExtension::kDependencyDescriptor, UINT8_MAX);
  return write_block(elements, out);
}

size_t replace_dependency_descriptor(rtc::Bytes block, rtc::Bytes descriptor, rtc::MutableBytes out) {
  if (block.size() < 4) return 0;
  rtc::RtpPacket packet;
  packet.extension_profile = rtc::load_u16(block.data());
  packet.extension_block = block.subspan(4);
  Elements elements;
  for (size_t i = 0; i < kAll.size(); ++i) {
    const auto id = static_cast<uint8_t>(i + 1);
    const bool is_descriptor = kAll[i] == RtpExtension::kDependencyDescriptor;
    const auto value = is_descriptor ? std::optional(descriptor) : packet.find_extension(id);
    if (value) elements.add(id, *value);
  }
  return write_block(elements, out).size;
}

}  // namespace kith::sfu
