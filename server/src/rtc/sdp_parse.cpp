// Session descriptions from text: the session's lines, then each m-section's; what a section does not say, the session
// says for it (RFC 8866 §5.13, RFC 8829 §5.8).
#include <algorithm>
#include <set>
#include <utility>

#include "rtc/sdp.hpp"
#include "rtc/sdp_text.hpp"

namespace kith::rtc {

namespace {

constexpr size_t kTextBytesMax = 256 * 1024;
constexpr size_t kSectionsMax = 512;
constexpr size_t kListMax = 64;         ///< entries of any list of a section
constexpr size_t kFeedbackMax = 16;     ///< rtcp-fb lines of a codec: one for "*" is kept once per codec
constexpr size_t kCredentialMax = 256;  ///< RFC 8839 §5.4; like a fingerprint kept once per section
constexpr unsigned kPayloadTypeMax = 127;

template <typename Item>
bool append_bounded(std::vector<Item>& list, Item item, size_t count_max = kListMax) {
  if (list.size() >= count_max) return false;
  list.push_back(std::move(item));
  return true;
}

/// Text that a line may hold (RFC 8866 §9, byte-string): no NUL and no return inside.
bool is_line_text(std::string_view line) { return line.find_first_of(std::string_view("\0\r", 2)) == line.npos; }

std::optional<SdpDirection> direction_of(std::string_view name) {
  if (name == "sendrecv") return SdpDirection::kSendRecv;
  if (name == "sendonly") return SdpDirection::kSendOnly;
  if (name == "recvonly") return SdpDirection::kRecvOnly;
  if (name == "inactive") return SdpDirection::kInactive;
  return std::nullopt;
}

std::optional<SdpSetup> setup_of(std::string_view name) {
  if (name == "actpass") return SdpSetup::kActPass;
  if (name == "active") return SdpSetup::kActive;
  if (name == "passive") return SdpSetup::kPassive;
  return std::nullopt;
}

class Parser {
 public:
  Result<SessionDescription> parse(std::string_view text);

 private:
  bool parse_line(std::string_view line);
  bool parse_origin(std::string_view value);
  bool parse_media(std::string_view value);
  bool parse_attribute(std::string_view name, std::string_view value);
  bool parse_transport(SdpMedia& media, std::string_view name, std::string_view value);
  bool parse_session(std::string_view name, std::string_view value);
  bool parse_section(std::string_view name, std::string_view value);
  bool parse_format(std::string_view name, std::string_view value);
  bool parse_source(std::string_view name, std::string_view value);
  bool parse_flag(std::string_view name);

  [[nodiscard]] SdpMedia& section() { return description_.media.back(); }
  bool close_section();

  SessionDescription description_;
  SdpMedia defaults_;  ///< what the session says for every section
  std::set<std::string, std::less<>> mids_;
  std::vector<std::string> feedback_for_all_;  ///< of the open section: lines with the payload type "*"
  bool has_origin_ = false;
  bool has_fingerprint_ = false;  ///< of its own: the open section or, before the first, the session
};

Result<SessionDescription> Parser::parse(std::string_view text) {
  if (text.size() > kTextBytesMax) return fail(Reason::kMalformed, "The session description is too long.");
  size_t number = 0;
  const auto malformed = [&] {
    return fail(Reason::kMalformed, "Line " + std::to_string(number) + " of the session description is malformed.");
  };
  while (!text.empty()) {
    ++number;
    std::string_view line = take_until(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1 ? line != "v=0" : !parse_line(line)) return malformed();
  }
  if (!has_origin_ || !close_section()) return malformed();
  return std::move(description_);
}

bool Parser::parse_line(std::string_view line) {
  if (line.empty()) return true;
  if (line.size() < 2 || line[1] != '=' || !is_line_text(line)) return false;
  std::string_view value = line.substr(2);
  switch (line[0]) {
    case 'o':
      return parse_origin(value);
    case 'm':
      return parse_media(value);
    case 'a': {
      const std::string_view name = take_until(value, ':');
      return parse_attribute(name, value);
    }
    default:
      return true;
  }
}

bool Parser::parse_origin(std::string_view value) {
  take_word(value);
  has_origin_ = true;
  return parse_number(take_word(value), description_.session_id) &&
         parse_number(take_word(value), description_.session_version);
}

bool Parser::parse_media(std::string_view value) {
  if (!close_section()) return false;
  has_fingerprint_ = false;
  SdpMedia media = defaults_;
  media.kind = take_word(value);
  std::string_view port = take_word(value);
  if (!parse_number(take_until(port, '/'), media.port)) return false;
  media.protocol = take_word(value);
  std::string_view format = take_word(value);
  if (media.kind.empty() || media.protocol.empty() || format.empty()) return false;
  const bool is_rtp = media.protocol.find("RTP/") != std::string::npos;
  for (; is_rtp && !format.empty(); format = take_word(value)) {
    SdpCodec codec;
    if (!parse_number(format, codec.payload_type) || codec.payload_type > kPayloadTypeMax) return false;
    const bool is_new =
        std::ranges::find(media.codecs, codec.payload_type, &SdpCodec::payload_type) == media.codecs.end();
    if (is_new && !append_bounded(media.codecs, std::move(codec))) return false;
  }
  return append_bounded(description_.media, std::move(media), kSectionsMax);
}

bool Parser::parse_attribute(std::string_view name, std::string_view value) {
  const bool is_in_section = !description_.media.empty();
  if (!parse_transport(is_in_section ? section() : defaults_, name, value)) return false;
  return is_in_section ? parse_section(name, value) : parse_session(name, value);
}

/// What both the session and a section may say.
bool Parser::parse_transport(SdpMedia& media, std::string_view name, std::string_view value) {
  if (const auto direction = direction_of(name)) {
    media.direction = *direction;
  } else if (name == "setup") {
    media.setup = setup_of(value);
    return media.setup.has_value();
  } else if (name == "ice-ufrag") {
    media.ice_ufrag = value;
    return value.size() <= kCredentialMax;
  } else if (name == "ice-pwd") {
    media.ice_pwd = value;
    return value.size() <= kCredentialMax;
  } else if (name == "fingerprint") {
    SdpFingerprint fingerprint;
    fingerprint.algorithm = take_word(value);
    fingerprint.value = take_word(value);
    if (fingerprint.algorithm.empty() || fingerprint.value.empty()) return false;
    if (fingerprint.algorithm.size() + fingerprint.value.size() > kCredentialMax) return false;
    // Of several, SHA-256 is the one everybody can check (RFC 8122 §5); a section's own replaces the session's.
    const bool is_better =
        !has_fingerprint_ || (media.fingerprint->algorithm != "sha-256" && fingerprint.algorithm == "sha-256");
    if (is_better) media.fingerprint = std::move(fingerprint);
    has_fingerprint_ = true;
  }
  return true;
}

bool Parser::parse_session(std::string_view name, std::string_view value) {
  if (name == "ice-lite") description_.ice_lite = true;
  if (name == "extmap-allow-mixed") description_.extmap_allow_mixed = true;
  if (name != "group" || take_word(value) != "BUNDLE" || !description_.bundle.empty()) return true;
  for (std::string_view mid = take_word(value); !mid.empty(); mid = take_word(value)) {
    if (!append_bounded(description_.bundle, std::string(mid), kSectionsMax)) return false;
  }
  return true;
}

bool Parser::parse_section(std::string_view name, std::string_view value) {
  if (name == "mid") {
    section().mid = value;
    return !value.empty() && value.find(' ') == value.npos;
  }
  if (name == "msid") {
    section().msid = value;
  } else if (name == "simulcast") {
    section().simulcast = value;
  } else if (name == "candidate") {
    return append_bounded(section().candidates, "candidate:" + std::string(value));
  } else if (name == "sctp-port") {
    return parse_number(value, section().sctp_port.emplace());
  } else if (name == "max-message-size") {
    return parse_number(value, section().max_message_size.emplace());
  } else if (name == "extmap") {
    std::string_view id = take_word(value);
    SdpExtension extension;
    if (!parse_number(take_until(id, '/'), extension.id)) return false;
    extension.uri = take_word(value);
    return !extension.uri.empty() && append_bounded(section().extensions, std::move(extension));
  } else if (name == "rid") {
    SdpRid rid{.id = std::string(take_word(value))};
    const std::string_view direction = take_word(value);
    rid.is_send = direction == "send";
    return !rid.id.empty() && (rid.is_send || direction == "recv") && append_bounded(section().rids, std::move(rid));
  } else if (name == "rtpmap" || name == "fmtp" || name == "rtcp-fb") {
    return parse_format(name, value);
  } else if (name == "ssrc" || name == "ssrc-group") {
    return parse_source(name, value);
  }
  return parse_flag(name);
}

bool Parser::parse_flag(std::string_view name) {
  if (name == "rtcp-mux") section().rtcp_mux = true;
  if (name == "rtcp-rsize") section().rtcp_reduced_size = true;
  if (name == "extmap-allow-mixed") section().extmap_allow_mixed = true;
  if (name == "end-of-candidates") section().end_of_candidates = true;
  return true;
}

/// rtpmap, fmtp and rtcp-fb begin with a payload type; one that the m-line does not list is skipped.
bool Parser::parse_format(std::string_view name, std::string_view value) {
  const std::string_view format = take_word(value);
  if (name == "rtcp-fb" && format == "*") return append_bounded(feedback_for_all_, std::string(value), kFeedbackMax);
  uint8_t payload_type = 0;
  if (!parse_number(format, payload_type)) return false;
  const auto codec = std::ranges::find(section().codecs, payload_type, &SdpCodec::payload_type);
  if (codec == section().codecs.end()) return true;
  if (name == "rtcp-fb") {
    const bool is_new = std::ranges::find(codec->feedback, value) == codec->feedback.end();
    return !is_new || append_bounded(codec->feedback, std::string(value), kFeedbackMax);
  }
  if (name == "fmtp") {
    codec->parameters = value;
    return true;
  }
  codec->name = take_until(value, '/');
  if (codec->name.empty() || !parse_number(take_until(value, '/'), codec->clock_rate)) return false;
  codec->channels = 1;
  return value.empty() || parse_number(value, codec->channels);
}

bool Parser::parse_source(std::string_view name, std::string_view value) {
  if (name == "ssrc-group") {
    SdpSourceGroup group{.semantics = std::string(take_word(value))};
    for (std::string_view word = take_word(value); !word.empty(); word = take_word(value)) {
      uint32_t ssrc = 0;
      if (!parse_number(word, ssrc) || !append_bounded(group.ssrcs, ssrc)) return false;
    }
    return !group.semantics.empty() && append_bounded(section().source_groups, std::move(group));
  }
  uint32_t ssrc = 0;
  if (!parse_number(take_word(value), ssrc)) return false;
  auto source = std::ranges::find(section().sources, ssrc, &SdpSource::ssrc);
  if (source == section().sources.end()) {
    if (!append_bounded(section().sources, SdpSource{.ssrc = ssrc})) return false;
    source = section().sources.end() - 1;
  }
  const std::string_view attribute = take_until(value, ':');
  if (attribute == "cname") source->cname = value;
  if (attribute == "msid") source->msid = value;
  return true;
}

/// A section is complete when the next begins; only then are all its codecs known.
bool Parser::close_section() {
  if (description_.media.empty()) return true;
  for (const std::string& feedback : feedback_for_all_) {
    for (SdpCodec& codec : section().codecs) {
      const bool is_new = std::ranges::find(codec.feedback, feedback) == codec.feedback.end();
      if (is_new && !append_bounded(codec.feedback, feedback, kFeedbackMax)) return false;
    }
  }
  feedback_for_all_.clear();
  return section().mid.empty() || mids_.insert(section().mid).second;
}

}  // namespace

Result<SessionDescription> SessionDescription::parse(std::string_view text) { return Parser().parse(text); }

std::optional<std::string_view> SdpCodec::parameter(std::string_view key) const {
  for (std::string_view left = parameters; !left.empty();) {
    std::string_view entry = take_until(left, ';');
    entry.remove_prefix(std::min(entry.find_first_not_of(' '), entry.size()));
    const bool has_value = entry.find('=') != entry.npos;
    if (take_until(entry, '=') == key && has_value) return entry;
  }
  return std::nullopt;
}

}  // namespace kith::rtc
