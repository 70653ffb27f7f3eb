// Protects the RTP and RTCP packets that leave for one peer (RFC 3711, RFC 7714).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "rtc/bytes.hpp"
#include "rtc/srtp_cipher.hpp"
#include "rtc/srtp_streams.hpp"

namespace kith::rtc {

/// Rollover counters are kept per SSRC. A (SSRC, sequence number) that was sent is refused from then on, see
/// `SrtpPacketId`: who repeats a packet sends it as RTX with a number of its own. The first sequence number of an SSRC
/// should be below 2^15, so that a receiver who misses the first packets still counts the first rollover.
class SrtpOutbound {
 public:
  /// SSRCs of one peer at a time. More than any call has; each costs about 150 bytes.
  static constexpr size_t kStreamsMax = 4096;

  static Result<SrtpOutbound> create(const SrtpKeys& keys);

  /// Writes header, prefix and payload to `out`, the last two encrypted from where they are, and the tag. `header`: all
  /// before the payload, it may already stand at the front of `out`. `payload_prefix`: the part of the payload that was
  /// rewritten for this peer (a VP8 descriptor), may be empty. Neither it nor `payload` may overlap `out`.
  /// Returns the size. 0: `out` is shorter than the sum and the tag, the number was used, or too many SSRCs.
  size_t protect_rtp(Bytes header, Bytes payload_prefix, Bytes payload, MutableBytes out);
  /// A compound packet → SRTCP, always encrypted. 0: `out` is shorter than the packet and 20 bytes, or no RTCP.
  size_t protect_rtcp(Bytes packet, MutableBytes out);
  /// This SSRC will never be used again in this session: forgets its counter.
  void retire(uint32_t ssrc) { streams_.remove(ssrc); }

 private:
  SrtpOutbound(SrtpProfile profile, std::unique_ptr<SrtpCipher> rtp, std::unique_ptr<SrtpCipher> rtcp)
      : profile_(profile), rtp_(std::move(rtp)), rtcp_(std::move(rtcp)) {}

  SrtpProfile profile_;
  std::unique_ptr<SrtpCipher> rtp_;
  std::unique_ptr<SrtpCipher> rtcp_;
  SrtpStreams streams_{kStreamsMax};
  uint32_t rtcp_index_ = 0;  ///< one count for all SSRCs: each sees gaps, none sees a number twice
};

}  // namespace kith::rtc
