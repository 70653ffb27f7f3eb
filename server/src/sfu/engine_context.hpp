// What all participants of a media engine share.
#pragma once

#include <string>
#include <vector>

#include "base/random.hpp"
#include "rtc/dtls_certificate.hpp"
#include "sfu/media_control.hpp"
#include "sfu/publisher_negotiation.hpp"
#include "sfu/sender_clock.hpp"

namespace kith::sfu {

struct EngineContext {
  const rtc::DtlsCertificate& certificate;
  const std::vector<std::string>& candidates;
  Random& random;
  std::vector<Event>& events;  ///< what the signalling must tell, in order

  [[nodiscard]] LocalTransport local(const rtc::IceCredentials& ice, bool is_full_ice) const {
    return {
        .ice = ice, .fingerprint = certificate.fingerprint(), .candidates = candidates, .is_ice_lite = !is_full_ice};
  }
};

/// Our SSRC in RTCP that reports and asks; no media of ours ever has it.
inline constexpr rtc::Ssrc kReporterSsrc = 1;

/// Our clock as NTP time for RTCP: any steady epoch serves, only differences matter (RFC 3550 §4).
inline uint64_t ntp_at(Instant now) { return ntp_of_nanoseconds(now.time_since_epoch().count()); }

}  // namespace kith::sfu
