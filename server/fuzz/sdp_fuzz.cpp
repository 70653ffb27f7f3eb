// Session descriptions and candidates: whatever is accepted is bounded, and the same after writing and reading.
#include "fuzz_input.hpp"
#include "rtc/sdp.hpp"

using namespace kith;

namespace {

constexpr size_t kTextBytesMax = 256 * 1024;

void claim_bounded(const rtc::SdpMedia& media) {
  fuzz::claim(media.codecs.size() <= 64 && media.extensions.size() <= 64 && media.sources.size() <= 64);
  fuzz::claim(media.source_groups.size() <= 64 && media.rids.size() <= 64 && media.candidates.size() <= 64);
  for (const rtc::SdpCodec& codec : media.codecs) {
    fuzz::claim(codec.feedback.size() <= 16);
    const auto repaired = codec.parameter("apt");
    fuzz::claim(!repaired || repaired->size() <= codec.parameters.size());
  }
  for (const std::string& candidate : media.candidates) {
    const auto parsed = rtc::SdpCandidate::parse(candidate);
    fuzz::claim(!parsed || rtc::SdpCandidate::parse(parsed->serialize()) == parsed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto description = rtc::SessionDescription::parse(text);
  if (!description) return 0;
  fuzz::claim(description->media.size() <= 512 && description->bundle.size() <= 512);
  for (const rtc::SdpMedia& media : description->media) claim_bounded(media);
  const std::string written = description->serialize();
  if (written.size() <= kTextBytesMax) fuzz::claim(rtc::SessionDescription::parse(written) == *description);
  return 0;
}
