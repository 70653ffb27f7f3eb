// Offers and answers shaped like those of browsers, for the tests of negotiation.
#pragma once

#include <string>

namespace kith::sfu::test {

inline const std::string kFingerprint =
    "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99";

/// The lines every section of a description has.
inline std::string transport_lines(const std::string& mid, const std::string& setup) {
  return "c=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijklmn\r\na=fingerprint:sha-256 " +
         kFingerprint + "\r\na=setup:" + setup + "\r\na=mid:" + mid + "\r\n";
}

inline std::string session_lines(const std::string& bundle) {
  return "v=0\r\no=- 4711 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE " + bundle +
         "\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n";
}

/// A microphone, a simulcast camera and data channels, as Chromium offers them.
inline std::string chromium_offer() {
  return session_lines("0 1 2") + "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9\r\n" + transport_lines("0", "actpass") +
         "a=extmap:14 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
         "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
         "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
         "a=sendonly\r\na=msid:stream mic-track\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
         "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
         "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\n"
         "a=ssrc:1001 cname:x\r\na=ssrc:1001 msid:stream mic-track\r\n"
         "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 45\r\n" +
         transport_lines("1", "actpass") +
         "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
         "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
         "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n"
         "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
         "a=sendonly\r\na=msid:stream cam-track\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
         "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 nack\r\n"
         "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
         "a=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=0\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n"
         "a=rtpmap:45 AV1/90000\r\n"
         "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n"
         "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" +
         transport_lines("2", "actpass") + "a=sctp-port:5000\r\na=max-message-size:262144\r\n";
}

}  // namespace kith::sfu::test
