// Which packet of a publisher's connection belongs to which encoding of which track: by MID and RID first, then by what
// was learned or declared of SSRCs (RFC 8843 §9.2, RFC 8852).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/rtp_packet.hpp"
#include "sfu/published_track.hpp"

namespace kith::sfu {

class PublisherSources {
 public:
  /// SSRCs one connection may use at a time; forged ones push out the ones that were silent longest.
  static constexpr size_t kSourcesMax = 256;

  struct Source {
    PublishedTrack* track = nullptr;
    uint8_t encoding = 0;
  };

  /// The m-section `mid` now sends `track`; nullptr: nothing any more. The track outlives the binding.
  void bind_mid(std::string_view mid, PublishedTrack* track);
  /// From `a=ssrc` and `a=ssrc-group:FID` of the section: what belongs to a track of one encoding.
  void declare(rtc::Ssrc ssrc, std::optional<rtc::Ssrc> retransmission, PublishedTrack* track);
  /// Forgets all of a track.
  void remove(const PublishedTrack* track);

  /// Whose packet this is; nullptr track: nobody's, drop it. Learns SSRCs on the way.
  Source find(const rtc::RtpPacket& packet, const rtc::RtpExtensionMap& extensions);
  /// By SSRC alone, for RTCP.
  [[nodiscard]] PublishedTrack* find(rtc::Ssrc ssrc) const;

 private:
  struct Known {
    rtc::Ssrc ssrc = 0;
    Source source;
    uint64_t used = 0;  ///< count of packets when it was used last
  };
  struct Section {
    std::string mid;
    PublishedTrack* track;
  };

  Source learn(const rtc::RtpPacket& packet, const rtc::RtpExtensionMap& extensions);
  void remember(rtc::Ssrc ssrc, Source source);

  std::vector<Known> known_;
  std::vector<Section> sections_;
  size_t last_ = 0;  ///< position of the source found last: packets come in runs
  uint64_t packets_ = 0;
};

}  // namespace kith::sfu
