// Session descriptions as text, in the order of lines in which browsers write them (RFC 8829 §5.2).
#include <iterator>

#include "rtc/sdp.hpp"

namespace kith::rtc {

namespace {

/// Collects lines; each is the concatenation of its parts.
class Lines {
 public:
  template <typename... Parts>
  void add(const Parts&... parts) {
    (append(parts), ...);
    text_ += "\r\n";
  }
  void add_if(bool is_wanted, std::string_view line) {
    if (is_wanted) add(line);
  }
  /// `prefix` and the value, unless the value is empty.
  void add_value(std::string_view prefix, std::string_view value) {
    if (!value.empty()) add(prefix, value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void append(std::string_view part) { text_ += part; }
  void append(uint64_t part) { text_ += std::to_string(part); }

  std::string text_;
};

std::string_view name_of(SdpDirection direction) {
  switch (direction) {
    case SdpDirection::kSendRecv:
      return "sendrecv";
    case SdpDirection::kSendOnly:
      return "sendonly";
    case SdpDirection::kRecvOnly:
      return "recvonly";
    case SdpDirection::kInactive:
      break;
  }
  return "inactive";
}

std::string_view name_of(SdpSetup setup) {
  if (setup == SdpSetup::kActPass) return "actpass";
  return setup == SdpSetup::kActive ? "active" : "passive";
}

void add_media_line(const SdpMedia& media, Lines& lines) {
  const bool is_rtp = media.protocol.find("RTP/") != std::string::npos;
  std::string formats;
  for (const SdpCodec& codec : media.codecs) formats += " " + std::to_string(codec.payload_type);
  // The grammar wants a format also where nothing will flow.
  if (formats.empty()) formats = is_rtp ? " 0" : " webrtc-datachannel";
  lines.add("m=", media.kind, " ", media.port, " ", media.protocol, formats);
  lines.add("c=IN IP4 0.0.0.0");
}

void add_transport(const SdpMedia& media, Lines& lines) {
  for (const std::string& candidate : media.candidates) lines.add("a=", candidate);
  lines.add_if(media.end_of_candidates, "a=end-of-candidates");
  lines.add_value("a=ice-ufrag:", media.ice_ufrag);
  lines.add_value("a=ice-pwd:", media.ice_pwd);
  if (media.fingerprint) lines.add("a=fingerprint:", media.fingerprint->algorithm, " ", media.fingerprint->value);
  if (media.setup) lines.add("a=setup:", name_of(*media.setup));
}

void add_codec(const SdpCodec& codec, Lines& lines) {
  const std::string channels = codec.channels != 1 ? "/" + std::to_string(codec.channels) : "";
  if (!codec.name.empty()) {
    lines.add("a=rtpmap:", codec.payload_type, " ", codec.name, "/", codec.clock_rate, channels);
  }
  for (const std::string& feedback : codec.feedback) lines.add("a=rtcp-fb:", codec.payload_type, " ", feedback);
  if (!codec.parameters.empty()) lines.add("a=fmtp:", codec.payload_type, " ", codec.parameters);
}

void add_source(const SdpSource& source, Lines& lines) {
  // A source of which nothing is known is named all the same.
  if (!source.cname.empty() || source.msid.empty()) lines.add("a=ssrc:", source.ssrc, " cname:", source.cname);
  if (!source.msid.empty()) lines.add("a=ssrc:", source.ssrc, " msid:", source.msid);
}

void add_media(const SdpMedia& media, Lines& lines) {
  add_media_line(media, lines);
  add_transport(media, lines);
  lines.add_value("a=mid:", media.mid);
  for (const SdpExtension& extension : media.extensions) lines.add("a=extmap:", extension.id, " ", extension.uri);
  lines.add_if(media.extmap_allow_mixed, "a=extmap-allow-mixed");
  // A section of data channels has no direction (RFC 8841 §7) unless its writer gave one.
  if (media.kind != "application" || media.direction != SdpDirection::kSendRecv)
    lines.add("a=", name_of(media.direction));
  lines.add_value("a=msid:", media.msid);
  lines.add_if(media.rtcp_mux, "a=rtcp-mux");
  lines.add_if(media.rtcp_reduced_size, "a=rtcp-rsize");
  for (const SdpCodec& codec : media.codecs) add_codec(codec, lines);
  for (const SdpRid& rid : media.rids) lines.add("a=rid:", rid.id, rid.is_send ? " send" : " recv");
  lines.add_value("a=simulcast:", media.simulcast);
  for (const SdpSourceGroup& group : media.source_groups) {
    std::string ssrcs;
    for (const uint32_t ssrc : group.ssrcs) ssrcs += " " + std::to_string(ssrc);
    lines.add("a=ssrc-group:", group.semantics, ssrcs);
  }
  for (const SdpSource& source : media.sources) add_source(source, lines);
  if (media.sctp_port) lines.add("a=sctp-port:", *media.sctp_port);
  if (media.max_message_size) lines.add("a=max-message-size:", *media.max_message_size);
}

}  // namespace

std::string SessionDescription::serialize() const {
  Lines lines;
  lines.add("v=0");
  lines.add("o=- ", session_id, " ", session_version, " IN IP4 127.0.0.1");
  lines.add("s=-");
  lines.add("t=0 0");
  std::string mids;
  for (const std::string& mid : bundle) mids += " " + mid;
  if (!mids.empty()) lines.add("a=group:BUNDLE", mids);
  lines.add_if(extmap_allow_mixed, "a=extmap-allow-mixed");
  lines.add("a=msid-semantic: WMS *");
  lines.add_if(ice_lite, "a=ice-lite");
  for (const SdpMedia& section : media) add_media(section, lines);
  return lines.take();
}

}  // namespace kith::rtc
