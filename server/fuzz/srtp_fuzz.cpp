// SRTP and SRTCP: nothing passes that was not protected, and what was protected passes once, as it was.
#include <algorithm>
#include <vector>

#include "fuzz_input.hpp"
#include "rtc/rtp_packet.hpp"
#include "rtc/srtp_inbound.hpp"
#include "rtc/srtp_outbound.hpp"

using namespace kith;

namespace {

constexpr std::array kProfiles = {rtc::SrtpProfile::kAeadAes128Gcm, rtc::SrtpProfile::kAeadAes256Gcm,
                                  rtc::SrtpProfile::kAes128CmHmacSha1_80};

rtc::SrtpKeys make_keys(rtc::SrtpProfile profile) {
  rtc::SrtpKeys keys{.profile = profile};
  keys.key.fill(0x17);
  keys.salt.fill(0x42);
  return keys;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const rtc::SrtpKeys keys = make_keys(kProfiles[input.byte() % kProfiles.size()]);
  const uint8_t changed_at = input.byte();
  const rtc::Bytes raw = rtc::as_bytes(input.rest());
  rtc::SrtpInbound inbound = std::move(*rtc::SrtpInbound::create(keys));
  rtc::SrtpOutbound outbound = std::move(*rtc::SrtpOutbound::create(keys));

  std::vector<uint8_t> packet(raw.begin(), raw.end());
  fuzz::claim(!inbound.unprotect_rtp(packet));
  packet.assign(raw.begin(), raw.end());
  fuzz::claim(!inbound.unprotect_rtcp(packet));

  std::vector<uint8_t> sealed(raw.size() + rtc::kSrtpOverheadMax);
  if (const auto rtp = rtc::RtpPacket::parse(raw)) {
    const size_t sealed_size =
        outbound.protect_rtp(raw.first(rtp->header_size), {}, raw.subspan(rtp->header_size), sealed);
    fuzz::claim(sealed_size != 0);
    packet.assign(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(sealed_size));
    packet[changed_at % packet.size()] ^= 1;
    fuzz::claim(!inbound.unprotect_rtp(packet));
    packet.assign(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(sealed_size));
    fuzz::claim(inbound.unprotect_rtp(packet) == raw.size() && std::equal(raw.begin(), raw.end(), packet.begin()));
    packet.assign(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(sealed_size));
    fuzz::claim(!inbound.unprotect_rtp(packet));
  }
  if (const size_t sealed_size = outbound.protect_rtcp(raw, sealed); sealed_size != 0) {
    packet.assign(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(sealed_size));
    fuzz::claim(inbound.unprotect_rtcp(packet) == raw.size() && std::equal(raw.begin(), raw.end(), packet.begin()));
  }
  return 0;
}
