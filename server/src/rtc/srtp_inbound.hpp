// Authenticates and decrypts the RTP and RTCP packets that come from one peer (RFC 3711, RFC 7714).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "rtc/bytes.hpp"
#include "rtc/srtp_cipher.hpp"
#include "rtc/srtp_streams.hpp"

namespace kith::rtc {

/// Only an authentic packet adds or moves anything; when there are too many SSRCs, the one unused longest is forgotten.
class SrtpInbound {
 public:
  /// SSRCs of one peer, RTP and RTCP each. More than a publisher with simulcast and screen shares has.
  static constexpr size_t kStreamsMax = 256;

  static Result<SrtpInbound> create(const SrtpKeys& keys);

  /// Decrypts in place and returns the packet's size without the tag. nullopt: malformed, seen before, too old, or not
  /// authentic; the packet's bytes are then worthless.
  std::optional<size_t> unprotect_rtp(MutableBytes packet);
  /// The same for SRTCP; packets that are only authenticated, not encrypted, are refused.
  std::optional<size_t> unprotect_rtcp(MutableBytes packet);

 private:
  SrtpInbound(SrtpProfile profile, std::unique_ptr<SrtpCipher> rtp, std::unique_ptr<SrtpCipher> rtcp)
      : profile_(profile), rtp_(std::move(rtp)), rtcp_(std::move(rtcp)) {}

  SrtpProfile profile_;
  std::unique_ptr<SrtpCipher> rtp_;
  std::unique_ptr<SrtpCipher> rtcp_;
  SrtpStreams rtp_streams_{kStreamsMax};
  SrtpStreams rtcp_streams_{kStreamsMax};
};

}  // namespace kith::rtc
