// Session descriptions (RFC 8866) as far as WebRTC uses them (RFC 8829, RFC 9429): text ↔ values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace kith::rtc {

enum class SdpDirection : uint8_t { kSendRecv, kSendOnly, kRecvOnly, kInactive };
enum class SdpSetup : uint8_t { kActPass, kActive, kPassive };

/// One payload type of an m-line: its rtpmap, fmtp and rtcp-fb lines.
struct SdpCodec {
  uint8_t payload_type = 0;
  std::string name;  ///< as written: "VP8", "opus", "rtx"
  uint32_t clock_rate = 0;
  uint8_t channels = 1;
  std::string parameters;             ///< the fmtp text after the payload type
  std::vector<std::string> feedback;  ///< "nack pli", "transport-cc"
  bool operator==(const SdpCodec&) const = default;

  /// Value of one `key=value` of the parameters; nullopt if absent.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view key) const;
};

struct SdpExtension {
  uint16_t id = 0;
  std::string uri;
  bool operator==(const SdpExtension&) const = default;
};

/// `a=ssrc:` lines of one source, the attributes that matter.
struct SdpSource {
  uint32_t ssrc = 0;
  std::string cname;
  std::string msid;  ///< "stream track"
  bool operator==(const SdpSource&) const = default;
};
/// `a=ssrc-group:FID 1 2`.
struct SdpSourceGroup {
  std::string semantics;
  std::vector<uint32_t> ssrcs;
  bool operator==(const SdpSourceGroup&) const = default;
};

struct SdpRid {
  std::string id;
  bool is_send = true;  ///< of the side that wrote it
  bool operator==(const SdpRid&) const = default;
};

struct SdpFingerprint {
  std::string algorithm;  ///< "sha-256"
  std::string value;      ///< "AB:CD:…"
  bool operator==(const SdpFingerprint&) const = default;
};

/// One m-section.
struct SdpMedia {
  std::string kind;      ///< "audio", "video" or "application"
  uint16_t port = 9;     ///< 0: rejected
  std::string protocol;  ///< "UDP/TLS/RTP/SAVPF" or "UDP/DTLS/SCTP"
  std::string mid;
  SdpDirection direction = SdpDirection::kSendRecv;
  std::optional<SdpSetup> setup;
  std::string ice_ufrag;  ///< own or the session's, after parsing
  std::string ice_pwd;
  std::optional<SdpFingerprint> fingerprint;  ///< own or the session's
  bool rtcp_mux = false;
  bool rtcp_reduced_size = false;
  bool extmap_allow_mixed = false;
  std::vector<SdpCodec> codecs;  ///< in the order of the m-line
  std::vector<SdpExtension> extensions;
  std::vector<SdpSource> sources;
  std::vector<SdpSourceGroup> source_groups;
  std::vector<SdpRid> rids;
  std::string simulcast;                ///< text after "a=simulcast:", e.g. "send q;h;f"
  std::string msid;                     ///< "stream track" of a=msid
  std::vector<std::string> candidates;  ///< text after "a=", e.g. "candidate:…"
  bool end_of_candidates = false;
  std::optional<uint16_t> sctp_port;
  std::optional<uint32_t> max_message_size;
  bool operator==(const SdpMedia&) const = default;
};

struct SessionDescription {
  uint64_t session_id = 0;
  uint64_t session_version = 0;
  bool ice_lite = false;
  bool extmap_allow_mixed = false;
  std::vector<std::string> bundle;  ///< mids of the BUNDLE group
  std::vector<SdpMedia> media;
  bool operator==(const SessionDescription&) const = default;

  /// Limits: 256 kB, 512 m-sections, 64 entries of any list of a section, 16 feedback lines per codec, 256 characters
  /// of an ICE credential or fingerprint. Unknown lines are skipped.
  /// `kMalformed`: with the number of the line at fault in the message.
  static Result<SessionDescription> parse(std::string_view text);
  /// With CRLF lines, in the order browsers expect.
  [[nodiscard]] std::string serialize() const;
};

/// One ICE candidate line (RFC 8839 §5.1), without "a=".
struct SdpCandidate {
  std::string foundation;
  uint8_t component = 1;
  bool is_tcp = false;
  std::string tcp_type;  ///< "passive", "active" or empty
  uint32_t priority = 0;
  std::string address;  ///< numeric; names (mDNS) are refused by parse
  uint16_t port = 0;
  std::string type;  ///< "host", "srflx", "prflx" or "relay"
  bool operator==(const SdpCandidate&) const = default;

  static std::optional<SdpCandidate> parse(std::string_view text);
  [[nodiscard]] std::string serialize() const;
};

}  // namespace kith::rtc
