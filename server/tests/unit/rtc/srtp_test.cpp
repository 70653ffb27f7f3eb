#include <gtest/gtest.h>

#include <algorithm>

#include "rtc/srtp_inbound.hpp"
#include "rtc/srtp_outbound.hpp"
#include "unit/rtc/hex.hpp"

namespace kith::rtc {
namespace {

constexpr uint32_t kSsrc = 0xCAFEBABE;

SrtpKeys make_keys(SrtpProfile profile) {
  SrtpKeys keys{.profile = profile};
  // The master key and salt of RFC 3711 appendix B.3, which libsrtp's reference packets use too.
  std::ranges::copy(from_hex("E1F97A0D3E018BE0D64FA32C06DE4139"), keys.key.begin());
  std::ranges::copy(from_hex("0EC675AD498AFEEBB6960B3AABE6"), keys.salt.begin());
  return keys;
}

std::vector<uint8_t> rtp(uint32_t ssrc, uint16_t sequence, size_t payload_size = 100) {
  std::vector<uint8_t> packet(12 + payload_size, 0xAB);
  packet[0] = 0x80;
  packet[1] = 96;
  store_u16(packet.data() + 2, sequence);
  store_u32(packet.data() + 4, 0xDECAFBAD);
  store_u32(packet.data() + 8, ssrc);
  return packet;
}

std::vector<uint8_t> rtcp(uint32_t ssrc) {
  std::vector<uint8_t> packet = from_hex("81c8000b cafebabe abababab abababab abababab abababab");
  store_u32(packet.data() + 4, ssrc);
  return packet;
}

/// One direction of one profile, from end to end.
class Srtp : public testing::TestWithParam<SrtpProfile> {
 protected:
  std::vector<uint8_t> protect(const std::vector<uint8_t>& packet) {
    std::vector<uint8_t> out(packet.size() + kSrtpOverheadMax);
    out.resize(outbound_.protect_rtp(Bytes(packet).first(12), {}, Bytes(packet).subspan(12), out));
    return out;
  }
  std::vector<uint8_t> protect_rtcp(const std::vector<uint8_t>& packet) {
    std::vector<uint8_t> out(packet.size() + kSrtpOverheadMax);
    out.resize(outbound_.protect_rtcp(packet, out));
    return out;
  }
  std::vector<uint8_t> unprotect(std::vector<uint8_t> packet) {
    packet.resize(inbound_.unprotect_rtp(packet).value_or(0));
    return packet;
  }
  std::vector<uint8_t> unprotect_rtcp(std::vector<uint8_t> packet) {
    packet.resize(inbound_.unprotect_rtcp(packet).value_or(0));
    return packet;
  }
  /// Whether the packet with this number arrives as it left.
  bool passes(uint16_t sequence) { return unprotect(protect(rtp(kSsrc, sequence))) == rtp(kSsrc, sequence); }

  SrtpOutbound outbound_ = std::move(*SrtpOutbound::create(make_keys(GetParam())));
  SrtpInbound inbound_ = std::move(*SrtpInbound::create(make_keys(GetParam())));
};

INSTANTIATE_TEST_SUITE_P(Profiles, Srtp,
                         testing::Values(SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm,
                                         SrtpProfile::kAes128CmHmacSha1_80));

TEST_P(Srtp, packet_arrives_as_it_left_and_only_its_header_is_readable_between) {
  for (const size_t size : {0, 1, 15, 16, 17, 1200}) {
    const std::vector<uint8_t> packet = rtp(kSsrc, static_cast<uint16_t>(size), size);
    const std::vector<uint8_t> sealed = protect(packet);
    EXPECT_EQ(sealed.size(), packet.size() + sizes_of(GetParam()).tag);
    EXPECT_TRUE(std::equal(packet.begin(), packet.begin() + 12, sealed.begin()));
    if (size >= 15) {
      EXPECT_FALSE(std::equal(packet.begin() + 12, packet.end(), sealed.begin() + 12));
    }
    EXPECT_EQ(unprotect(sealed), packet);
  }
}

TEST_P(Srtp, rewritten_prefix_and_header_in_place_give_the_same_bytes) {
  const std::vector<uint8_t> packet = rtp(kSsrc, 7);
  const std::vector<uint8_t> expected = protect(packet);
  SrtpOutbound another = std::move(*SrtpOutbound::create(make_keys(GetParam())));
  std::vector<uint8_t> out(expected.size());
  std::copy_n(packet.begin(), 12, out.begin());
  const size_t size =
      another.protect_rtp(Bytes(out).first(12), Bytes(packet).subspan(12, 5), Bytes(packet).subspan(17), out);
  EXPECT_EQ(size, expected.size());
  EXPECT_EQ(out, expected);
}

TEST_P(Srtp, header_with_csrcs_and_extensions_stays_readable_and_is_authenticated) {
  std::vector<uint8_t> header = from_hex("92600001 00000000 cafebabe 11111111 22222222 bede0001 51aabb00");
  const std::vector<uint8_t> payload = from_hex("01020304");
  std::vector<uint8_t> out(header.size() + payload.size() + kSrtpOverheadMax);
  out.resize(outbound_.protect_rtp(header, {}, payload, out));
  EXPECT_TRUE(std::equal(header.begin(), header.end(), out.begin()));
  std::vector<uint8_t> changed = out;
  changed[25] ^= 1;  // inside the extension
  EXPECT_TRUE(unprotect(changed).empty());
  header.insert(header.end(), payload.begin(), payload.end());
  EXPECT_EQ(unprotect(out), header);
}

TEST_P(Srtp, packet_does_not_come_twice) {
  const std::vector<uint8_t> sealed = protect(rtp(kSsrc, 1));
  EXPECT_FALSE(unprotect(sealed).empty());
  EXPECT_TRUE(unprotect(sealed).empty());
}

TEST_P(Srtp, late_packet_passes_within_the_window_and_not_beyond_it) {
  const std::vector<uint8_t> just_late = protect(rtp(kSsrc, 1001));
  const std::vector<uint8_t> too_late = protect(rtp(kSsrc, 1000));
  EXPECT_TRUE(passes(1000 + ReplayWindow::kSize));
  EXPECT_FALSE(unprotect(just_late).empty());
  EXPECT_TRUE(unprotect(too_late).empty());
}

TEST_P(Srtp, rollovers_are_counted_by_both_sides) {
  for (uint32_t number = 0; number < 200'000; number += 9'999) ASSERT_TRUE(passes(static_cast<uint16_t>(number)));
}

TEST_P(Srtp, packets_that_cross_the_rollover_late_find_their_count) {
  EXPECT_TRUE(passes(65'530));
  const std::vector<uint8_t> before = protect(rtp(kSsrc, 65'535));
  const std::vector<uint8_t> after = protect(rtp(kSsrc, 2));
  const std::vector<uint8_t> between = protect(rtp(kSsrc, 65'533));
  EXPECT_FALSE(unprotect(after).empty());
  EXPECT_FALSE(unprotect(before).empty());
  EXPECT_FALSE(unprotect(between).empty());
  EXPECT_TRUE(unprotect(before).empty());
}

TEST_P(Srtp, long_loss_over_the_rollover_does_not_lose_the_count) {
  EXPECT_TRUE(passes(60'000));
  for (uint32_t number = 60'001; number < 60'000 + 30'000; ++number) protect(rtp(kSsrc, static_cast<uint16_t>(number)));
  EXPECT_TRUE(passes(static_cast<uint16_t>(60'000 + 30'000)));
}

TEST_P(Srtp, number_before_the_first_rollover_has_no_index) {
  EXPECT_TRUE(passes(5));
  EXPECT_TRUE(protect(rtp(kSsrc, 65'530)).empty());
  EXPECT_TRUE(passes(6));
}

TEST_P(Srtp, changed_packet_is_refused_and_the_true_one_still_passes) {
  EXPECT_TRUE(passes(1));
  const std::vector<uint8_t> sealed = protect(rtp(kSsrc, 2));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::vector<uint8_t> changed = sealed;
    changed[i] ^= 0x10;
    ASSERT_TRUE(unprotect(changed).empty()) << i;
  }
  EXPECT_FALSE(unprotect(sealed).empty());
}

TEST_P(Srtp, no_beginning_of_a_packet_passes) {
  const std::vector<uint8_t> sealed = protect(rtp(kSsrc, 2));
  const std::vector<uint8_t> sealed_rtcp = protect_rtcp(rtcp(kSsrc));
  for (size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_TRUE(unprotect({sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(size)}).empty());
  }
  for (size_t size = 0; size < sealed_rtcp.size(); ++size) {
    ASSERT_TRUE(unprotect_rtcp({sealed_rtcp.begin(), sealed_rtcp.begin() + static_cast<ptrdiff_t>(size)}).empty());
  }
}

TEST_P(Srtp, number_is_sent_once) {
  EXPECT_FALSE(protect(rtp(kSsrc, 5)).empty());
  EXPECT_TRUE(protect(rtp(kSsrc, 5, 50)).empty());
  EXPECT_FALSE(protect(rtp(kSsrc, 4)).empty());
}

TEST_P(Srtp, output_that_is_too_small_is_left_alone) {
  const std::vector<uint8_t> packet = rtp(kSsrc, 5);
  std::vector<uint8_t> out(packet.size() + sizes_of(GetParam()).tag - 1, 0x77);
  EXPECT_EQ(outbound_.protect_rtp(Bytes(packet).first(12), {}, Bytes(packet).subspan(12), out), 0U);
  EXPECT_EQ(out, std::vector<uint8_t>(out.size(), 0x77));
  std::vector<uint8_t> rtcp_out(rtcp(kSsrc).size() + sizes_of(GetParam()).tag + 3, 0x77);
  EXPECT_EQ(outbound_.protect_rtcp(rtcp(kSsrc), rtcp_out), 0U);
  EXPECT_EQ(outbound_.protect_rtcp(Bytes(out).first(7), rtcp_out), 0U);
  EXPECT_TRUE(passes(5));
}

TEST_P(Srtp, sender_has_as_many_sources_as_its_table_and_retired_ones_make_room) {
  for (uint32_t ssrc = 1; ssrc <= SrtpOutbound::kStreamsMax; ++ssrc) ASSERT_FALSE(protect(rtp(ssrc, 1, 4)).empty());
  EXPECT_TRUE(protect(rtp(0, 1)).empty());
  EXPECT_FALSE(protect(rtp(1, 2)).empty());
  outbound_.retire(77);
  outbound_.retire(77);
  EXPECT_FALSE(protect(rtp(0, 1)).empty());
}

TEST_P(Srtp, spoofed_sources_displace_nobody) {
  const std::vector<uint8_t> first = protect(rtp(kSsrc, 1));
  EXPECT_FALSE(unprotect(first).empty());
  for (uint32_t ssrc = 1; ssrc <= 2 * SrtpInbound::kStreamsMax; ++ssrc) EXPECT_TRUE(unprotect(rtp(ssrc, 1)).empty());
  EXPECT_TRUE(unprotect(first).empty());  // its replay window is still there
}

TEST_P(Srtp, beyond_the_table_the_source_unused_longest_is_forgotten) {
  const std::vector<uint8_t> in_use = protect(rtp(0, 1));
  const std::vector<uint8_t> unused = protect(rtp(1, 1));
  EXPECT_FALSE(unprotect(in_use).empty());
  EXPECT_FALSE(unprotect(unused).empty());
  for (uint32_t ssrc = 2; ssrc < SrtpInbound::kStreamsMax; ++ssrc) {
    ASSERT_FALSE(unprotect(protect(rtp(ssrc, 1))).empty());
  }
  EXPECT_FALSE(unprotect(protect(rtp(0, 2))).empty());
  EXPECT_FALSE(unprotect(protect(rtp(9'999, 1))).empty());
  EXPECT_TRUE(unprotect(in_use).empty());
  EXPECT_FALSE(unprotect(unused).empty());  // nothing is known of its source any more
}

TEST_P(Srtp, compound_arrives_as_it_left_once) {
  const std::vector<uint8_t> sealed = protect_rtcp(rtcp(kSsrc));
  EXPECT_EQ(sealed.size(), rtcp(kSsrc).size() + 4 + sizes_of(GetParam()).tag);
  EXPECT_EQ(unprotect_rtcp(sealed), rtcp(kSsrc));
  EXPECT_TRUE(unprotect_rtcp(sealed).empty());
  EXPECT_EQ(unprotect_rtcp(protect_rtcp(rtcp(1))), rtcp(1));
}

TEST_P(Srtp, changed_compound_is_refused) {
  const std::vector<uint8_t> sealed = protect_rtcp(rtcp(kSsrc));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::vector<uint8_t> changed = sealed;
    changed[i] ^= 0x80;  // also takes the E flag away
    ASSERT_TRUE(unprotect_rtcp(changed).empty()) << i;
  }
  EXPECT_FALSE(unprotect_rtcp(sealed).empty());
}

TEST_P(Srtp, rtp_and_rtcp_are_not_taken_for_each_other) {
  EXPECT_TRUE(unprotect_rtcp(protect(rtp(kSsrc, 1))).empty());
  EXPECT_TRUE(unprotect(protect_rtcp(rtcp(kSsrc))).empty());
}

// libsrtp, test/srtp_driver.c: the packets its default policy is validated with.
TEST(SrtpReference, packets_are_those_of_libsrtp) {
  SrtpOutbound outbound = std::move(*SrtpOutbound::create(make_keys(SrtpProfile::kAes128CmHmacSha1_80)));
  std::vector<uint8_t> packet = from_hex("800f1234decafbadcafebabe abababababababababababababababab");
  std::vector<uint8_t> out(packet.size() + 10);
  ASSERT_EQ(outbound.protect_rtp(Bytes(packet).first(12), {}, Bytes(packet).subspan(12), out), out.size());
  EXPECT_EQ(to_hex(out), "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
  out.resize(24 + 14);
  ASSERT_EQ(outbound.protect_rtcp(rtcp(kSsrc), out), out.size());
  EXPECT_EQ(to_hex(out), "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");
}

}  // namespace
}  // namespace kith::rtc
