#include "rtc/sdp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace kith::rtc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Shaped like an offer of Chromium that publishes a microphone, a simulcast camera and data; lines as RFC 8829 §7
/// shows them, with the attributes libwebrtc adds.
constexpr std::string_view kChromiumOffer =
    "v=0\r\n"
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"
    "s=-\r\n"
    "t=0 0\r\n"
    "a=group:BUNDLE 0 1 2\r\n"
    "a=extmap-allow-mixed\r\n"
    "a=msid-semantic: WMS\r\n"
    "m=audio 54400 UDP/TLS/RTP/SAVPF 111 63 9\r\n"
    "c=IN IP4 192.0.2.7\r\n"
    "a=rtcp:9 IN IP4 0.0.0.0\r\n"
    "a=candidate:1467250027 1 udp 2122260223 192.0.2.7 54400 typ host generation 0 network-id 1\r\n"
    "a=candidate:435653019 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active generation 0 network-id 1\r\n"
    "a=ice-ufrag:Oyef\r\n"
    "a=ice-pwd:wVd7YHkVTo9uEX1xuvE1HkVm\r\n"
    "a=ice-options:trickle\r\n"
    "a=fingerprint:sha-256 "
    "D1:2C:74:A7:E3:B5:11:E2:32:8B:5D:03:80:77:7F:5C:DE:3F:5C:64:7B:3B:00:12:34:56:78:9A:BC:DE:F0:01"
    "\r\n"
    "a=setup:actpass\r\n"
    "a=mid:0\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on\r\n"
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=sendonly\r\n"
    "a=msid:8bb0a0f2 5d7d4bc1-mic\r\n"
    "a=rtcp-mux\r\n"
    "a=rtcp-rsize\r\n"
    "a=rtpmap:111 opus/48000/2\r\n"
    "a=rtcp-fb:111 transport-cc\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
    "a=rtpmap:63 red/48000/2\r\n"
    "a=fmtp:63 111/111\r\n"
    "a=rtpmap:9 G722/8000\r\n"
    "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n"
    "a=ssrc:3570614608 msid:8bb0a0f2 5d7d4bc1-mic\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99\r\n"
    "c=IN IP4 0.0.0.0\r\n"
    "a=ice-ufrag:Oyef\r\n"
    "a=ice-pwd:wVd7YHkVTo9uEX1xuvE1HkVm\r\n"
    "a=fingerprint:sha-256 D1:2C\r\n"
    "a=setup:actpass\r\n"
    "a=mid:1\r\n"
    "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset\r\n"
    "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
    "a=sendonly\r\n"
    "a=msid:8bb0a0f2 e81b9fd2-cam\r\n"
    "a=rtcp-mux\r\n"
    "a=rtpmap:96 VP8/90000\r\n"
    "a=rtcp-fb:96 goog-remb\r\n"
    "a=rtcp-fb:96 ccm fir\r\n"
    "a=rtcp-fb:96 nack\r\n"
    "a=rtcp-fb:96 nack pli\r\n"
    "a=rtpmap:97 rtx/90000\r\n"
    "a=fmtp:97 apt=96\r\n"
    "a=rtpmap:98 VP9/90000\r\n"
    "a=fmtp:98 profile-id=0\r\n"
    "a=rtpmap:99 rtx/90000\r\n"
    "a=fmtp:99 apt=98\r\n"
    "a=rid:q send\r\n"
    "a=rid:h send\r\n"
    "a=rid:f send\r\n"
    "a=simulcast:send q;h;f\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
    "c=IN IP4 0.0.0.0\r\n"
    "a=ice-ufrag:Oyef\r\n"
    "a=ice-pwd:wVd7YHkVTo9uEX1xuvE1HkVm\r\n"
    "a=fingerprint:sha-256 D1:2C\r\n"
    "a=setup:actpass\r\n"
    "a=mid:2\r\n"
    "a=sctp-port:5000\r\n"
    "a=max-message-size:262144\r\n";

/// Shaped like an answer of Firefox: fingerprint and options for the session, directed extensions, wildcard feedback.
constexpr std::string_view kFirefoxAnswer =
    "v=0\n"
    "o=mozilla...THIS_IS_SDPARTA-115.0 8033141567231906127 0 IN IP4 0.0.0.0\n"
    "s=-\n"
    "t=0 0\n"
    "a=sendrecv\n"
    "a=fingerprint:sha-256 AA:BB:CC\n"
    "a=group:BUNDLE 0\n"
    "a=ice-options:trickle\n"
    "a=msid-semantic:WMS *\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 120 124\n"
    "c=IN IP4 0.0.0.0\n"
    "a=recvonly\n"
    "a=end-of-candidates\n"
    "a=extmap:3/sendonly urn:ietf:params:rtp-hdrext:sdes:mid\n"
    "a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\n"
    "a=fmtp:120 max-fs=12288;max-fr=60\n"
    "a=fmtp:124 apt=120\n"
    "a=ice-pwd:6a2ee0d9b5f4ab49e7a9f6e3c4b1d2f0\n"
    "a=ice-ufrag:e2a0b9c1\n"
    "a=mid:0\n"
    "a=rtcp-fb:* transport-cc\n"
    "a=rtcp-fb:120 nack\n"
    "a=rtcp-mux\n"
    "a=setup:active\n"
    "a=rtpmap:120 VP8/90000\n"
    "a=rtpmap:124 rtx/90000\n"
    "a=ssrc:3212345678 cname:{3b8c5f2a-0c9d-4a3e-9f4e-2b1d8f7c6a5b}\n";

SessionDescription parse(std::string_view text) {
  auto parsed = SessionDescription::parse(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *parsed : SessionDescription{};
}

std::string message_of(std::string_view text) {
  const auto parsed = SessionDescription::parse(text);
  return parsed ? "accepted" : parsed.error().message;
}

constexpr std::string_view kHead = "v=0\no=- 1 2 IN IP4 127.0.0.1\n";

/// A description of one video section with these lines.
std::string with_lines(const std::string& lines) {
  return std::string(kHead) + "m=video 9 UDP/TLS/RTP/SAVPF 96 97\n" + lines;
}

TEST(SessionDescription, reads_an_offer_of_chromium) {
  const SessionDescription offer = parse(kChromiumOffer);
  EXPECT_EQ(offer.session_id, 4611731400430051336U);
  EXPECT_EQ(offer.session_version, 2U);
  EXPECT_TRUE(offer.extmap_allow_mixed);
  EXPECT_FALSE(offer.ice_lite);
  EXPECT_THAT(offer.bundle, ElementsAre("0", "1", "2"));
  ASSERT_EQ(offer.media.size(), 3U);

  const SdpMedia& audio = offer.media[0];
  EXPECT_EQ(audio.kind, "audio");
  EXPECT_EQ(audio.port, 54400);
  EXPECT_EQ(audio.protocol, "UDP/TLS/RTP/SAVPF");
  EXPECT_EQ(audio.mid, "0");
  EXPECT_EQ(audio.direction, SdpDirection::kSendOnly);
  EXPECT_EQ(audio.setup, SdpSetup::kActPass);
  EXPECT_EQ(audio.ice_ufrag, "Oyef");
  EXPECT_EQ(audio.ice_pwd, "wVd7YHkVTo9uEX1xuvE1HkVm");
  EXPECT_EQ(audio.fingerprint->algorithm, "sha-256");
  EXPECT_EQ(audio.fingerprint->value.size(), 95U);
  EXPECT_TRUE(audio.rtcp_mux && audio.rtcp_reduced_size);
  EXPECT_EQ(audio.msid, "8bb0a0f2 5d7d4bc1-mic");
  ASSERT_EQ(audio.codecs.size(), 3U);
  EXPECT_EQ(audio.codecs[0], (SdpCodec{.payload_type = 111,
                                       .name = "opus",
                                       .clock_rate = 48000,
                                       .channels = 2,
                                       .parameters = "minptime=10;useinbandfec=1",
                                       .feedback = {"transport-cc"}}));
  EXPECT_EQ(audio.codecs[1].parameters, "111/111");
  EXPECT_EQ(audio.codecs[2].channels, 1);
  EXPECT_EQ(audio.extensions.size(), 4U);
  EXPECT_EQ(audio.extensions[0], (SdpExtension{.id = 1, .uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"}));
  EXPECT_THAT(audio.sources,
              ElementsAre(SdpSource{.ssrc = 3570614608, .cname = "4TOk42mSjXCkVIa6", .msid = "8bb0a0f2 5d7d4bc1-mic"}));
  EXPECT_EQ(audio.candidates.size(), 2U);
}

TEST(SessionDescription, reads_simulcast_and_data_of_that_offer) {
  const SessionDescription offer = parse(kChromiumOffer);
  const SdpMedia& video = offer.media[1];
  EXPECT_THAT(video.rids, ElementsAre(SdpRid{.id = "q"}, SdpRid{.id = "h"}, SdpRid{.id = "f"}));
  EXPECT_EQ(video.simulcast, "send q;h;f");
  EXPECT_THAT(video.codecs[0].feedback, ElementsAre("goog-remb", "ccm fir", "nack", "nack pli"));
  EXPECT_EQ(video.codecs[3].parameter("apt"), "98");
  EXPECT_THAT(video.sources, IsEmpty());

  const SdpMedia& data = offer.media[2];
  EXPECT_EQ(data.kind, "application");
  EXPECT_EQ(data.protocol, "UDP/DTLS/SCTP");
  EXPECT_EQ(data.sctp_port, 5000);
  EXPECT_EQ(data.max_message_size, 262144U);
  EXPECT_THAT(data.codecs, IsEmpty());
}

TEST(SessionDescription, reads_an_answer_of_firefox) {
  const SessionDescription answer = parse(kFirefoxAnswer);
  ASSERT_EQ(answer.media.size(), 1U);
  const SdpMedia& video = answer.media[0];
  EXPECT_EQ(video.fingerprint->value, "AA:BB:CC") << "the session speaks for its sections";
  EXPECT_EQ(video.direction, SdpDirection::kRecvOnly);
  EXPECT_EQ(video.setup, SdpSetup::kActive);
  EXPECT_TRUE(video.end_of_candidates);
  EXPECT_EQ(video.extensions[0].id, 3) << "the direction of an extension is not part of its id";
  EXPECT_EQ(video.codecs[0].parameters, "max-fs=12288;max-fr=60") << "fmtp may precede rtpmap";
  EXPECT_THAT(video.codecs[0].feedback, ElementsAre("nack", "transport-cc"));
  EXPECT_THAT(video.codecs[1].feedback, ElementsAre("transport-cc")) << "a wildcard is for every codec";
}

TEST(SessionDescription, is_the_same_after_writing_and_reading) {
  for (const std::string_view text : {kChromiumOffer, kFirefoxAnswer}) {
    const SessionDescription description = parse(text);
    EXPECT_EQ(parse(description.serialize()), description);
  }
}

TEST(SessionDescription, writes_a_subscriber_offer_in_the_order_browsers_expect) {
  SdpMedia video{.kind = "video",
                 .protocol = "UDP/TLS/RTP/SAVPF",
                 .mid = "1",
                 .direction = SdpDirection::kSendOnly,
                 .setup = SdpSetup::kActPass,
                 .ice_ufrag = "abcd",
                 .ice_pwd = "0123456789012345678901",
                 .fingerprint = SdpFingerprint{.algorithm = "sha-256", .value = "AA:BB"},
                 .rtcp_mux = true,
                 .rtcp_reduced_size = true,
                 .codecs = {{.payload_type = 96, .name = "VP8", .clock_rate = 90000, .feedback = {"nack pli"}},
                            {.payload_type = 97, .name = "rtx", .clock_rate = 90000, .parameters = "apt=96"}},
                 .extensions = {{.id = 3, .uri = "urn:3gpp:video-orientation"}},
                 .sources = {{.ssrc = 1, .cname = "PA_1", .msid = "PA_1|TR_1 TR_1"}},
                 .source_groups = {{.semantics = "FID", .ssrcs = {1, 2}}},
                 .msid = "PA_1|TR_1 TR_1",
                 .candidates = {"candidate:1 1 udp 1 192.0.2.1 7882 typ host"},
                 .end_of_candidates = true};
  const SdpMedia data{.kind = "application", .protocol = "UDP/DTLS/SCTP", .mid = "0", .sctp_port = 5000};
  const SessionDescription offer{
      .session_id = 7, .session_version = 3, .ice_lite = true, .bundle = {"0", "1"}, .media = {data, video}};
  EXPECT_EQ(offer.serialize(),
            "v=0\r\no=- 7 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=msid-semantic: WMS *\r\n"
            "a=ice-lite\r\n"
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sctp-port:5000\r\n"
            "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\n"
            "a=candidate:1 1 udp 1 192.0.2.1 7882 typ host\r\na=end-of-candidates\r\n"
            "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 AA:BB\r\n"
            "a=setup:actpass\r\na=mid:1\r\na=extmap:3 urn:3gpp:video-orientation\r\na=sendonly\r\n"
            "a=msid:PA_1|TR_1 TR_1\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
            "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
            "a=ssrc-group:FID 1 2\r\na=ssrc:1 cname:PA_1\r\na=ssrc:1 msid:PA_1|TR_1 TR_1\r\n");
}

TEST(SessionDescription, writes_a_rejected_section_with_a_format_as_the_grammar_wants) {
  const SessionDescription answer{.media = {{.kind = "audio", .port = 0, .protocol = "UDP/TLS/RTP/SAVPF"}}};
  EXPECT_NE(answer.serialize().find("m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n"), std::string::npos);
}

TEST(SessionDescription, skips_lines_and_payload_types_it_does_not_know) {
  const SessionDescription description =
      parse(with_lines("b=AS:30\ni=a camera\na=x-unknown:1 2\na=quality:10\na=flag\n"
                       "\na=rtpmap:5 DVI4/8000\na=rtcp-fb:5 nack\na=fmtp:5 x=1\n"));
  EXPECT_EQ(description.media[0].codecs.size(), 2U);
}

TEST(SessionDescription, keeps_the_first_of_a_payload_type_named_twice) {
  EXPECT_EQ(parse(std::string(kHead) + "m=video 9 RTP/SAVPF 96 96 97\n").media[0].codecs.size(), 2U);
}

TEST(SessionDescription, prefers_a_sha_256_fingerprint_and_the_section_over_the_session) {
  const std::string session = std::string(kHead) +
                              "a=fingerprint:sha-1 01\na=fingerprint:sha-256 02\n"
                              "a=fingerprint:sha-512 03\n";
  const std::string sections = "m=audio 9 RTP/SAVPF 0\nm=audio 9 RTP/SAVPF 0\na=fingerprint:sha-1 04\n";
  const SessionDescription description = parse(session + sections);
  EXPECT_EQ(description.media[0].fingerprint->value, "02");
  EXPECT_EQ(description.media[1].fingerprint->value, "04");
}

TEST(SessionDescription, names_the_line_at_fault) {
  EXPECT_EQ(message_of(with_lines("a=mid:0\na=sctp-port:x\n")), "Line 5 of the session description is malformed.");
}

TEST(SessionDescription, refuses_what_is_malformed) {
  const std::string head(kHead);
  const std::pair<const char*, std::string> cases[] = {
      {"nothing", ""},
      {"no version", "o=- 1 2 IN IP4 127.0.0.1\n"},
      {"another version", "v=1\n"},
      {"no origin", "v=0\ns=-\n"},
      {"session id of letters", "v=0\no=- x 2 IN IP4 127.0.0.1\n"},
      {"line without a type", head + "hello\n"},
      {"line of one character", head + "a\n"},
      {"NUL in a line", with_lines(std::string("a=mid:\0\n", 8))},
      {"return inside a line", with_lines("a=mid:0\r1\n")},
      {"port above 65535", head + "m=audio 65536 RTP/SAVPF 0\n"},
      {"m-line without formats", head + "m=audio 9 RTP/SAVPF\n"},
      {"payload type above 127", head + "m=audio 9 RTP/SAVPF 128\n"},
      {"payload type of letters", head + "m=audio 9 RTP/SAVPF x\n"},
      {"mid twice", head + "m=audio 9 RTP/SAVPF 0\na=mid:0\nm=audio 9 RTP/SAVPF 0\na=mid:0\n"},
      {"mid of two words", with_lines("a=mid:0 1\n")},
      {"empty mid", with_lines("a=mid:\n")},
      {"setup of another kind", with_lines("a=setup:sideways\n")},
      {"fingerprint without value", with_lines("a=fingerprint:sha-256\n")},
      {"rtpmap without a clock", with_lines("a=rtpmap:96 VP8\n")},
      {"rtpmap of 300 channels", with_lines("a=rtpmap:96 opus/48000/300\n")},
      {"extension of no id", with_lines("a=extmap:x urn:x\n")},
      {"extension without uri", with_lines("a=extmap:1\n")},
      {"rid without direction", with_lines("a=rid:q\n")},
      {"source of letters", with_lines("a=ssrc:x cname:y\n")},
      {"source above 32 bits", with_lines("a=ssrc:4294967296 cname:y\n")},
      {"group of letters", with_lines("a=ssrc-group:FID 1 x\n")},
      {"negative message size", with_lines("a=max-message-size:-1\n")},
  };
  for (const auto& [name, text] : cases) EXPECT_NE(message_of(text), "accepted") << name;
}

/// `count` lines made by `line`.
template <typename MakeLine>
std::string repeat(size_t count, MakeLine line) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += line(std::to_string(i)) + "\n";
  return text;
}

TEST(SessionDescription, takes_lists_of_the_limit_and_refuses_one_more) {
  const std::pair<size_t, std::function<std::string(std::string)>> lists[] = {
      {64, [](auto i) { return "a=candidate:" + i; }},      {64, [](auto) { return std::string("a=extmap:1 urn:x"); }},
      {64, [](auto i) { return "a=rid:" + i + " send"; }},  {64, [](auto i) { return "a=ssrc:" + i + " cname:x"; }},
      {64, [](auto i) { return "a=ssrc-group:FID " + i; }}, {16, [](auto i) { return "a=rtcp-fb:96 x" + i; }},
      {16, [](auto i) { return "a=rtcp-fb:* x" + i; }},
  };
  for (const auto& [count_max, line] : lists) {
    EXPECT_EQ(message_of(with_lines(repeat(count_max, line))), "accepted") << line("0");
    EXPECT_NE(message_of(with_lines(repeat(count_max + 1, line))), "accepted") << line("0");
  }
  const auto payload_types = [](size_t count) {
    std::string formats;
    for (size_t i = 0; i < count; ++i) formats += " " + std::to_string(i);
    return std::string(kHead) + "m=audio 9 RTP/SAVPF" + formats + "\n";
  };
  EXPECT_EQ(message_of(payload_types(64)), "accepted");
  EXPECT_NE(message_of(payload_types(65)), "accepted");
  const auto group = [](size_t count) {
    std::string ssrcs;
    for (size_t i = 0; i < count; ++i) ssrcs += " 1";
    return with_lines("a=ssrc-group:SIM" + ssrcs + "\n");
  };
  EXPECT_EQ(message_of(group(64)), "accepted");
  EXPECT_NE(message_of(group(65)), "accepted");
}

TEST(SessionDescription, takes_sections_and_bytes_of_the_limit_and_refuses_one_more) {
  const auto sections = [](size_t count) {
    return std::string(kHead) + repeat(count, [](auto) { return std::string("m=audio 9 RTP/SAVPF 0"); });
  };
  EXPECT_EQ(message_of(sections(512)), "accepted");
  EXPECT_NE(message_of(sections(513)), "accepted");
  const std::string head = std::string(kHead) + "i=";
  const size_t left = 256 * 1024 - head.size();
  EXPECT_EQ(message_of(head + std::string(left, 'x')), "accepted");
  EXPECT_NE(message_of(head + std::string(left + 1, 'x')), "accepted");
}

TEST(SessionDescription, bounds_what_a_session_says_for_all_its_sections) {
  for (const std::string name : {"a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:x "}) {
    const size_t spent = name == "a=fingerprint:x " ? 1 : 0;
    EXPECT_EQ(message_of(std::string(kHead) + name + std::string(256 - spent, 'f')), "accepted") << name;
    EXPECT_NE(message_of(std::string(kHead) + name + std::string(257 - spent, 'f')), "accepted") << name;
  }
}

TEST(SdpCodec, finds_a_parameter_by_its_whole_name) {
  const SdpCodec codec{.parameters = "level-asymmetry-allowed=1; packetization-mode=1;profile-level-id=42e01f;usedtx"};
  EXPECT_EQ(codec.parameter("packetization-mode"), "1");
  EXPECT_EQ(codec.parameter("profile-level-id"), "42e01f");
  EXPECT_EQ(codec.parameter("profile"), std::nullopt);
  EXPECT_EQ(codec.parameter("usedtx"), std::nullopt);
  EXPECT_EQ(SdpCodec{.parameters = "111/111"}.parameter("111/111"), std::nullopt);
}

TEST(SdpCandidate, reads_udp_and_tcp_candidates_of_browsers) {
  const SdpCandidate udp = {
      .foundation = "1467250027", .priority = 2122260223, .address = "192.0.2.7", .port = 54400, .type = "host"};
  EXPECT_EQ(SdpCandidate::parse("candidate:1467250027 1 udp 2122260223 192.0.2.7 54400 typ host generation 0 ufrag a"),
            udp);
  const SdpCandidate tcp = {.foundation = "4",
                            .is_tcp = true,
                            .tcp_type = "active",
                            .priority = 1518280447,
                            .address = "2001:db8::1",
                            .port = 9,
                            .type = "host"};
  EXPECT_EQ(SdpCandidate::parse("candidate:4 1 TCP 1518280447 2001:db8::1 9 typ host tcptype active"), tcp);
  EXPECT_EQ(SdpCandidate::parse("candidate:5 1 udp 1 203.0.113.9 7 typ srflx raddr 192.0.2.7 rport 9")->type, "srflx");
  for (const SdpCandidate& candidate : {udp, tcp}) EXPECT_EQ(SdpCandidate::parse(candidate.serialize()), candidate);
}

TEST(SdpCandidate, refuses_names_and_what_is_cut) {
  for (const char* text : {
           "",
           "candidate:",
           "candidate:1 1 udp 1 9b36eaac-bb2e-49bb-bb78-21c41c499900.local 9 typ host",
           "candidate:1 1 udp 1 abc.de 9 typ host",
           "candidate:1 1 udp 1 192.0.2.7 65536 typ host",
           "candidate:1 1 udp 1 192.0.2.7 9 typ",
           "candidate:1 1 udp 1 192.0.2.7 9 typ other",
           "candidate:1 1 udp 1 192.0.2.7 9",
           "candidate:1 0 udp 1 192.0.2.7 9 typ host",
           "candidate:1 1 sctp 1 192.0.2.7 9 typ host",
           "candidate:1 1 udp 4294967296 192.0.2.7 9 typ host",
           "candidate:123456789012345678901234567890123 1 udp 1 192.0.2.7 9 typ host",
           "1 1 udp 1 192.0.2.7 9 typ host",
       }) {
    EXPECT_EQ(SdpCandidate::parse(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace kith::rtc
