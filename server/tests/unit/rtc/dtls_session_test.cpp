#include "rtc/dtls_session.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <deque>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "unit/rtc/hex.hpp"

namespace kith::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Path kPath{.remote = Endpoint::v4(192, 0, 2, 1, 5000)};
constexpr Instant kStart{seconds(1000)};

Fingerprint fingerprint_of(const DtlsCertificate& certificate) { return *parse_fingerprint(certificate.fingerprint()); }

/// Two sessions and the datagrams between them, in simulated time.
class Handshake {
 public:
  static constexpr Duration kTransit = milliseconds(10);

  DtlsCertificate passive_certificate = std::move(*DtlsCertificate::create());
  DtlsCertificate active_certificate = std::move(*DtlsCertificate::create());
  std::unique_ptr<DtlsSession> passive;
  std::unique_ptr<DtlsSession> active;
  std::vector<std::string> passive_heard;
  std::vector<std::string> active_heard;
  std::vector<size_t> sizes;  ///< of all datagrams that were sent
  Instant now = kStart;
  uint64_t loss_percent = 0;
  SeededRandom random{1};

  void make_sessions() {
    passive =
        std::move(*DtlsSession::create(passive_certificate, DtlsRole::kPassive, fingerprint_of(active_certificate)));
    active =
        std::move(*DtlsSession::create(active_certificate, DtlsRole::kActive, fingerprint_of(passive_certificate)));
  }
  void begin() {
    if (passive == nullptr) make_sessions();
    active->start(now, kPath, outbox_);
    post(*passive);
  }
  /// Lets both talk until nothing is under way or `until`.
  void run(Instant until) {
    while (true) {
      Instant next = until;
      if (!flights_.empty()) next = std::min(next, flights_.front().arrives);
      for (DtlsSession* session : {passive.get(), active.get()}) {
        if (session->next_timeout()) next = std::min(next, *session->next_timeout());
      }
      now = std::max(now, next);
      if (now >= until) return;
      deliver();
      for (DtlsSession* session : {passive.get(), active.get()}) {
        session->handle_timeout(now, kPath, outbox_);
        post(other(*session));
      }
    }
  }
  bool connects() {
    begin();
    run(now + seconds(20));
    return passive->state() == DtlsState::kConnected && active->state() == DtlsState::kConnected;
  }
  void send(DtlsSession& from, std::string_view text) {
    EXPECT_TRUE(from.send(now, kPath, as_bytes(text), outbox_));
    post(other(from));
  }
  void close(DtlsSession& session) {
    session.close(now, kPath, outbox_);
    post(other(session));
  }
  void hand(DtlsSession& to, Bytes datagram) {
    auto& heard = &to == passive.get() ? passive_heard : active_heard;
    to.handle_datagram(
        now, kPath, datagram, [&](Bytes data) { heard.emplace_back(as_text(data)); }, outbox_);
    post(other(to));
  }
  /// What is under way, taken off the wire.
  std::vector<std::vector<uint8_t>> take_flights() {
    std::vector<std::vector<uint8_t>> taken;
    for (Flight& flight : flights_) taken.push_back(std::move(flight.bytes));
    flights_.clear();
    return taken;
  }
  [[nodiscard]] size_t under_way() const { return flights_.size(); }

 private:
  struct Flight {
    Instant arrives;
    DtlsSession* to;
    std::vector<uint8_t> bytes;
  };
  DtlsSession& other(const DtlsSession& session) { return &session == passive.get() ? *active : *passive; }
  void post(DtlsSession& to) {
    for (const Outbox::Datagram& datagram : outbox_.datagrams()) {
      const Bytes bytes = outbox_.bytes(datagram);
      sizes.push_back(bytes.size());
      if (random.below(100) < loss_percent) continue;
      flights_.push_back({.arrives = now + kTransit, .to = &to, .bytes = {bytes.begin(), bytes.end()}});
    }
    outbox_.clear();
  }
  void deliver() {
    while (!flights_.empty() && flights_.front().arrives <= now) {
      const Flight flight = std::move(flights_.front());
      flights_.pop_front();
      hand(*flight.to, flight.bytes);
    }
  }

  Outbox outbox_;
  std::deque<Flight> flights_;
};

bool is_same(const SrtpKeys& a, const SrtpKeys& b) {
  return a.profile == b.profile && a.key == b.key && a.salt == b.salt;
}

TEST(DtlsSession, both_sides_get_the_same_keys_crosswise_and_gcm_is_preferred) {
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  const SrtpKeyPair& passive = *pair.passive->srtp_keys();
  const SrtpKeyPair& active = *pair.active->srtp_keys();
  EXPECT_EQ(passive.outbound.profile, SrtpProfile::kAeadAes128Gcm);
  EXPECT_TRUE(is_same(passive.outbound, active.inbound));
  EXPECT_TRUE(is_same(passive.inbound, active.outbound));
  EXPECT_FALSE(is_same(passive.inbound, passive.outbound));
}

TEST(DtlsSession, handshake_takes_two_round_trips_and_then_no_timer_runs) {
  Handshake pair;
  pair.begin();
  pair.run(kStart + 4 * Handshake::kTransit + milliseconds(1));
  EXPECT_EQ(pair.passive->state(), DtlsState::kConnected);
  EXPECT_EQ(pair.active->state(), DtlsState::kConnected);
  EXPECT_EQ(pair.under_way(), 0U);
  EXPECT_FALSE(pair.passive->next_timeout());
  EXPECT_FALSE(pair.active->next_timeout());
}

class DtlsProfile : public testing::TestWithParam<std::pair<const char*, SrtpProfile>> {};
INSTANTIATE_TEST_SUITE_P(Offers, DtlsProfile,
                         testing::Values(std::pair("SRTP_AES128_CM_SHA1_80", SrtpProfile::kAes128CmHmacSha1_80),
                                         std::pair("SRTP_AEAD_AES_256_GCM", SrtpProfile::kAeadAes256Gcm),
                                         std::pair("SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM",
                                                   SrtpProfile::kAeadAes128Gcm)));

TEST_P(DtlsProfile, passive_side_takes_what_it_prefers_of_what_is_offered) {
  Handshake pair;
  SSL_CTX_set_tlsext_use_srtp(pair.active_certificate.context(), GetParam().first);
  ASSERT_TRUE(pair.connects());
  EXPECT_EQ(pair.passive->srtp_keys()->inbound.profile, GetParam().second);
  EXPECT_TRUE(is_same(pair.passive->srtp_keys()->inbound, pair.active->srtp_keys()->outbound));
}

TEST(DtlsSession, certificate_for_one_profile_offers_and_accepts_no_other) {
  for (const SrtpProfile only :
       {SrtpProfile::kAes128CmHmacSha1_80, SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm}) {
    Handshake pair;
    pair.active_certificate = std::move(*DtlsCertificate::create(only));
    ASSERT_TRUE(pair.connects());
    EXPECT_EQ(pair.passive->srtp_keys()->inbound.profile, only);
  }
  Handshake pair;
  pair.active_certificate = std::move(*DtlsCertificate::create(SrtpProfile::kAes128CmHmacSha1_80));
  pair.passive_certificate = std::move(*DtlsCertificate::create(SrtpProfile::kAeadAes128Gcm));
  EXPECT_FALSE(pair.connects());
}

TEST(DtlsSession, peer_without_a_common_profile_fails) {
  Handshake pair;
  SSL_CTX_set_tlsext_use_srtp(pair.active_certificate.context(), "SRTP_AES128_CM_SHA1_32");
  EXPECT_FALSE(pair.connects());
  EXPECT_EQ(pair.passive->state(), DtlsState::kFailed);
  EXPECT_FALSE(pair.passive->srtp_keys());
}

TEST(DtlsSession, passive_side_that_sees_another_certificate_fails_both) {
  Handshake pair;
  pair.make_sessions();
  Fingerprint wrong = fingerprint_of(pair.active_certificate);
  wrong[31] ^= 1;
  pair.passive = std::move(*DtlsSession::create(pair.passive_certificate, DtlsRole::kPassive, wrong));
  EXPECT_FALSE(pair.connects());
  EXPECT_EQ(pair.passive->state(), DtlsState::kFailed);
  EXPECT_EQ(pair.active->state(), DtlsState::kFailed);
  EXPECT_FALSE(pair.passive->srtp_keys());
  EXPECT_FALSE(pair.active->srtp_keys());
}

TEST(DtlsSession, active_side_that_sees_another_certificate_fails_both) {
  Handshake pair;
  pair.make_sessions();
  Fingerprint wrong = fingerprint_of(pair.passive_certificate);
  wrong[0] ^= 1;
  pair.active = std::move(*DtlsSession::create(pair.active_certificate, DtlsRole::kActive, wrong));
  EXPECT_FALSE(pair.connects());
  EXPECT_EQ(pair.active->state(), DtlsState::kFailed);
  EXPECT_EQ(pair.passive->state(), DtlsState::kFailed);
}

TEST(DtlsSession, handshake_survives_loss_in_simulated_time) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Handshake pair;
    pair.random = SeededRandom(seed);
    pair.loss_percent = 30;
    ASSERT_TRUE(pair.connects()) << "seed " << seed;
  }
}

TEST(DtlsSession, unanswered_flight_is_repeated_at_doubling_intervals_and_given_up) {
  Handshake pair;
  pair.loss_percent = 100;
  pair.begin();
  std::vector<int64_t> after_ms;
  while (pair.active->next_timeout()) {
    const size_t sent = pair.sizes.size();
    const Instant due = *pair.active->next_timeout();
    pair.run(due);
    EXPECT_EQ(pair.sizes.size(), sent) << "repeated before its time";
    pair.run(due + milliseconds(1));
    if (pair.sizes.size() > sent) after_ms.push_back(std::chrono::duration_cast<milliseconds>(due - kStart).count());
  }
  EXPECT_EQ(after_ms, (std::vector<int64_t>{100, 300, 700, 1500, 3100, 5100, 7100, 9100, 11100, 13100, 15100, 17100}));
  EXPECT_EQ(pair.active->state(), DtlsState::kFailed);
}

TEST(DtlsSession, lost_last_flight_comes_again_when_the_peer_repeats_its_own) {
  Handshake pair;
  pair.begin();
  pair.run(kStart + 3 * Handshake::kTransit + milliseconds(1));
  ASSERT_EQ(pair.passive->state(), DtlsState::kConnected);
  ASSERT_EQ(pair.active->state(), DtlsState::kHandshake);
  EXPECT_FALSE(pair.take_flights().empty());
  pair.run(pair.now + milliseconds(200));
  EXPECT_EQ(pair.active->state(), DtlsState::kConnected);
}

TEST(DtlsSession, reversed_and_doubled_flights_still_connect) {
  Handshake pair;
  pair.begin();
  for (int round = 0; round < 20; ++round) {
    auto flights = pair.take_flights();
    DtlsSession& to = round % 2 == 0 ? *pair.passive : *pair.active;
    for (auto flight = flights.rbegin(); flight != flights.rend(); ++flight) {
      pair.hand(to, *flight);
      pair.hand(to, *flight);
    }
    if (flights.empty()) pair.run(pair.now + milliseconds(100));
  }
  EXPECT_EQ(pair.passive->state(), DtlsState::kConnected);
  EXPECT_EQ(pair.active->state(), DtlsState::kConnected);
}

TEST(DtlsSession, no_datagram_is_larger_than_paths_carry) {
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  for (const size_t size : pair.sizes) EXPECT_LE(size, DtlsSession::kDatagramSizeMax);
}

TEST(DtlsSession, application_data_keeps_its_boundaries_both_ways) {
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  pair.sizes.clear();
  pair.send(*pair.active, "one");
  pair.send(*pair.active, std::string(1100, 'x'));
  pair.send(*pair.passive, "two");
  pair.run(pair.now + seconds(1));
  EXPECT_EQ(pair.passive_heard, (std::vector<std::string>{"one", std::string(1100, 'x')}));
  EXPECT_EQ(pair.active_heard, (std::vector<std::string>{"two"}));
  EXPECT_EQ(pair.sizes, (std::vector<size_t>{3 + DtlsSession::kOverhead, 1100 + DtlsSession::kOverhead,
                                             3 + DtlsSession::kOverhead}));
}

TEST(DtlsSession, several_records_in_one_datagram_are_all_taken) {
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  pair.send(*pair.active, "one");
  pair.send(*pair.active, "two");
  std::vector<uint8_t> joined;
  for (const auto& flight : pair.take_flights()) joined.insert(joined.end(), flight.begin(), flight.end());
  pair.hand(*pair.passive, joined);
  EXPECT_EQ(pair.passive_heard, (std::vector<std::string>{"one", "two"}));
}

TEST(DtlsSession, application_data_passes_once) {
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  pair.send(*pair.active, "one");
  const auto flights = pair.take_flights();
  pair.hand(*pair.passive, flights[0]);
  pair.hand(*pair.passive, flights[0]);
  EXPECT_EQ(pair.passive_heard, (std::vector<std::string>{"one"}));
}

TEST(DtlsSession, nothing_is_sent_before_the_handshake_or_beyond_a_record) {
  Handshake pair;
  pair.make_sessions();
  Outbox outbox;
  EXPECT_FALSE(pair.active->send(kStart, kPath, as_bytes("x"), outbox));
  ASSERT_TRUE(pair.connects());
  EXPECT_FALSE(pair.active->send(pair.now, kPath, as_bytes(std::string(16 * 1024 + 1, 'x')), outbox));
  EXPECT_TRUE(outbox.empty());
}

TEST(DtlsSession, goodbye_closes_both_sides) {
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  pair.close(*pair.active);
  EXPECT_EQ(pair.active->state(), DtlsState::kClosed);
  pair.run(pair.now + seconds(1));
  EXPECT_EQ(pair.passive->state(), DtlsState::kClosed);
  Outbox outbox;
  EXPECT_FALSE(pair.passive->send(pair.now, kPath, as_bytes("x"), outbox));
}

/// Datagrams that look like DTLS to a demultiplexer and are none.
std::vector<std::vector<uint8_t>> garbage(SeededRandom& random) {
  std::vector<std::vector<uint8_t>> datagrams;
  for (int i = 0; i < 300; ++i) {
    std::vector<uint8_t> datagram(random.below(1500));
    random.fill(std::as_writable_bytes(std::span(datagram)));
    if (!datagram.empty()) datagram[0] = static_cast<uint8_t>(20 + random.below(44));
    if (datagram.size() > 13 && i % 2 == 0) {
      // A record header that is nearly right: DTLS 1.2, epoch 0 or 1, a length that fits.
      store_u16(datagram.data() + 1, 0xFEFD);
      store_u16(datagram.data() + 3, static_cast<uint16_t>(1 + random.below(2)));
      store_u16(datagram.data() + 11, static_cast<uint16_t>(datagram.size() - 13));
    }
    datagrams.push_back(std::move(datagram));
  }
  return datagrams;
}

TEST(DtlsSession, garbage_after_the_handshake_changes_nothing) {
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  pair.sizes.clear();
  for (const auto& datagram : garbage(pair.random)) {
    pair.hand(*pair.passive, datagram);
    pair.hand(*pair.active, datagram);
  }
  EXPECT_TRUE(pair.sizes.empty());
  pair.send(*pair.active, "one");
  pair.send(*pair.passive, "two");
  pair.run(pair.now + seconds(1));
  EXPECT_EQ(pair.passive_heard, (std::vector<std::string>{"one"}));
  EXPECT_EQ(pair.active_heard, (std::vector<std::string>{"two"}));
}

TEST(DtlsSession, encrypted_record_shorter_than_its_tag_ends_no_session) {
  // Found by fuzzing: OpenSSL 3.0 answers it with a fatal alert (openssl/openssl#24972).
  const std::vector<uint8_t> datagram =
      from_hex("17fefd0001000000000001 0015 d5dcf48c6b25cb85aed562794b14fefd0000000000");
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  pair.hand(*pair.passive, datagram);
  pair.hand(*pair.active, datagram);
  EXPECT_EQ(pair.under_way(), 0U);
  EXPECT_EQ(pair.passive->state(), DtlsState::kConnected);
  EXPECT_EQ(pair.active->state(), DtlsState::kConnected);
}

TEST(DtlsSession, plaintext_record_after_the_handshake_ends_no_session) {
  // Found by fuzzing: a forged piece of a ClientHello.
  const std::vector<uint8_t> datagram = from_hex(
      "16feff0000000000000000009b 0100008f00000004000000002a17fefd00010000000000010015d5dcf48c6b25cb85aed562794b14fefd"
      "00000000008ffefdf260d58d28bd02ce63d4c89600080006001d00170018000e00090006000700080001000016000000170000000d002a00"
      "28040305030603080708080809080a080b08040805080000170000000d002a0028040305030603080708080809080a080b08040805080604"
      "01");
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  pair.hand(*pair.passive, datagram);
  pair.hand(*pair.active, datagram);
  EXPECT_EQ(pair.under_way(), 0U);
  EXPECT_EQ(pair.passive->state(), DtlsState::kConnected);
  EXPECT_EQ(pair.active->state(), DtlsState::kConnected);
}

TEST(DtlsSession, record_before_a_malformed_one_still_counts) {
  Handshake pair;
  ASSERT_TRUE(pair.connects());
  pair.send(*pair.active, "one");
  std::vector<uint8_t> datagram = pair.take_flights().front();
  datagram.push_back(0x63);
  pair.hand(*pair.passive, datagram);
  EXPECT_EQ(pair.passive_heard, (std::vector<std::string>{"one"}));
}

TEST(DtlsSession, garbage_during_the_handshake_ends_at_most_the_session_it_came_to) {
  Handshake other;
  Handshake pair;
  pair.begin();
  for (const auto& datagram : garbage(pair.random)) {
    pair.hand(*pair.passive, datagram);
    pair.hand(*pair.active, datagram);
  }
  EXPECT_TRUE(other.connects());
}

TEST(DtlsFingerprint, text_is_read_in_either_case_and_nothing_else_is) {
  const std::string text = std::move(*DtlsCertificate::create()).fingerprint();
  const std::optional<Fingerprint> parsed = parse_fingerprint(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(serialize_fingerprint(*parsed), text);
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_EQ(parse_fingerprint(lower), parsed);
  EXPECT_FALSE(parse_fingerprint(""));
  EXPECT_FALSE(parse_fingerprint(text + ":00"));
  EXPECT_FALSE(parse_fingerprint(text.substr(3)));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = 'g';
    EXPECT_FALSE(parse_fingerprint(changed)) << i;
  }
}

TEST(DtlsCertificate, each_is_another) {
  EXPECT_NE(DtlsCertificate::create()->fingerprint(), DtlsCertificate::create()->fingerprint());
}

}  // namespace
}  // namespace kith::rtc
