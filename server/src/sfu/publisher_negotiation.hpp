// The publisher's connection: what its offer says about media, and the answer (spec §3).
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "rtc/dtls_session.hpp"
#include "rtc/ice_agent.hpp"
#include "rtc/rtp_packet.hpp"
#include "rtc/sdp.hpp"
#include "sfu/codec_table.hpp"
#include "sfu/media.hpp"

namespace kith::sfu {

/// What an offer or answer says about the transport: the same in every section, as all are bundled. Candidates are not
/// read: we are the side that can be reached, the client's own checks tell us where it is.
struct RemoteTransport {
  rtc::IceCredentials ice;
  std::string fingerprint;  ///< sha-256, "AB:CD:…"
  rtc::SdpSetup setup = rtc::SdpSetup::kActPass;
};
/// `kInvalidField`: not bundled, no ICE credentials, no sha-256 fingerprint, or no rtcp-mux.
Result<RemoteTransport> read_transport(const rtc::SessionDescription& description);

/// What we say about our side of a transport.
struct LocalTransport {
  const rtc::IceCredentials& ice;
  const std::string& fingerprint;
  const std::vector<std::string>& candidates;
  bool is_ice_lite = true;
};

/// One audio or video section of a publisher's offer.
struct OfferedSection {
  std::string mid;
  MediaKind kind = MediaKind::kAudio;
  bool is_sending = false;
  std::string stream_name;  ///< first word of its msid
  std::string track_name;   ///< second word: the `cid` of AddTrackRequest
  struct Source {
    rtc::Ssrc ssrc = 0;
    rtc::Ssrc rtx_ssrc = 0;  ///< 0: none announced
    bool operator==(const Source&) const = default;
  };
  std::vector<Source> sources;    ///< announced by a=ssrc; empty where RIDs are used
  std::vector<std::string> rids;  ///< sent encodings in the order declared
  bool operator==(const OfferedSection&) const = default;
};

/// All that media needs to know of an offer.
struct PublisherOffer {
  rtc::SessionDescription description;
  RemoteTransport transport;
  std::vector<OfferedSection> sections;  ///< audio and video, in the offer's order
  rtc::RtpExtensionMap extensions;
  PayloadTypes payload_types;

  /// `kMalformed`, `kInvalidField`.
  static Result<PublisherOffer> read(std::string_view sdp);
};

/// How a section with a track is to be answered.
struct AnswerWish {
  Codec codec = Codec::kUnknown;  ///< first in the answer: decides what the browser sends; kUnknown: as offered
  bool only_codec = false;        ///< for browsers that do not follow the answer's order
  bool is_stereo = false;
  bool disable_dtx = false;
  bool disable_red = false;
};

/// The answer: `wishes` has one per section of the offer.
std::string answer_publisher(const PublisherOffer& offer, const std::vector<AnswerWish>& wishes,
                             const LocalTransport& local, uint64_t version);

/// Writes our credentials, fingerprint, setup and candidates into every section.
void put_transport(rtc::SessionDescription& description, const LocalTransport& local, rtc::SdpSetup setup);

}  // namespace kith::sfu
