#include "rtc/srtp_cipher.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/rtc/hex.hpp"

namespace kith::rtc {
namespace {

constexpr std::string_view kKey128 = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view kKey256 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr std::string_view kSalt = "517569642070726f2071756f";

SrtpSessionKeys session_keys(SrtpProfile profile, std::string_view key, std::string_view salt) {
  SrtpSessionKeys keys{.profile = profile};
  std::ranges::copy(from_hex(key), keys.key.begin());
  std::ranges::copy(from_hex(salt), keys.salt.begin());
  return keys;
}

std::unique_ptr<SrtpCipher> make(const SrtpSessionKeys& keys, SrtpUse use, SrtpDirection direction) {
  return std::move(*SrtpCipher::create(keys, use, direction));
}

// RFC 7714 §16: "Gallia est omnis divisa in partes tres".
struct RtpVector {
  SrtpProfile profile;
  std::string_view key;
  std::string_view sealed;  // after the header
};
constexpr std::string_view kRtpHeader = "8040f17b8041f8d35501a0b2";
constexpr std::string_view kRtpPayload = "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
constexpr SrtpPacketId kRtpId{.ssrc = 0x5501a0b2, .index = 0xf17b};

class Rfc7714Rtp : public testing::TestWithParam<RtpVector> {};
INSTANTIATE_TEST_SUITE_P(
    Section16, Rfc7714Rtp,
    testing::Values(RtpVector{SrtpProfile::kAeadAes128Gcm, kKey128,
                              "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
                              "899d7f27beb16a9152cf765ee4390cce"},
                    RtpVector{SrtpProfile::kAeadAes256Gcm, kKey256,
                              "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
                              "7aa3db36dfffd6b0f9bb7878d7a76c13"}));

TEST_P(Rfc7714Rtp, payload_is_sealed_as_the_vector_says_however_it_is_cut) {
  const std::vector<uint8_t> header = from_hex(kRtpHeader);
  const std::vector<uint8_t> payload = from_hex(kRtpPayload);
  const auto cipher =
      make(session_keys(GetParam().profile, GetParam().key, kSalt), SrtpUse::kRtp, SrtpDirection::kProtect);
  for (size_t cut = 0; cut <= payload.size(); ++cut) {
    std::vector<uint8_t> out(payload.size() + 16);
    ASSERT_TRUE(cipher->seal(kRtpId, {.header = header}, Bytes(payload).first(cut), Bytes(payload).subspan(cut),
                             out.data(), out.data() + payload.size()));
    ASSERT_EQ(to_hex(out), GetParam().sealed) << "prefix of " << cut;
  }
}

TEST_P(Rfc7714Rtp, sealed_payload_opens_and_no_changed_bit_does) {
  const std::vector<uint8_t> header = from_hex(kRtpHeader);
  const std::vector<uint8_t> sealed = from_hex(GetParam().sealed);
  const auto cipher =
      make(session_keys(GetParam().profile, GetParam().key, kSalt), SrtpUse::kRtp, SrtpDirection::kUnprotect);
  const auto open = [&](Bytes with_header, std::vector<uint8_t> bytes) {
    const MutableBytes body = MutableBytes(bytes).first(bytes.size() - 16);
    const bool is_open = cipher->open(kRtpId, {.header = with_header}, body, Bytes(bytes).subspan(bytes.size() - 16));
    return is_open ? to_hex(body) : "refused";
  };
  EXPECT_EQ(open(header, sealed), kRtpPayload);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::vector<uint8_t> changed = sealed;
    changed[i] ^= 1;
    EXPECT_EQ(open(header, changed), "refused") << i;
  }
  for (size_t i = 0; i < header.size(); ++i) {
    std::vector<uint8_t> changed = header;
    changed[i] ^= 0x80;
    EXPECT_EQ(open(changed, sealed), "refused") << i;
  }
}

// RFC 7714 §17.1, §17.2: a sender report of "Mars", index 0x5d4.
TEST(Rfc7714Rtcp, compounds_are_sealed_as_the_vectors_say) {
  const std::vector<uint8_t> header = from_hex("81c8000d4d617273");
  const std::vector<uint8_t> body =
      from_hex("4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef");
  const SrtpPacketId id{.ssrc = 0x4d617273, .index = 0x5d4};
  const SrtpClear clear{.header = header, .word = 0x800005d4};
  const auto seal = [&](SrtpProfile profile, std::string_view key) {
    std::vector<uint8_t> out(body.size() + 16);
    const auto cipher = make(session_keys(profile, key, kSalt), SrtpUse::kRtcp, SrtpDirection::kProtect);
    EXPECT_TRUE(cipher->seal(id, clear, {}, body, out.data(), out.data() + body.size()));
    return to_hex(out);
  };
  EXPECT_EQ(seal(SrtpProfile::kAeadAes128Gcm, kKey128),
            "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
            "c84aa45896cf4d2fc5abf87245d9eade");
  EXPECT_EQ(seal(SrtpProfile::kAeadAes256Gcm, kKey256),
            "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad"
            "1d1eb30c4446839f57ff6f6cb26ac3be");
}

// RFC 3711 appendix B.2: 65282 blocks of keystream, seen by encrypting zeros.
TEST(Rfc3711, counter_mode_gives_the_keystream_of_the_appendix) {
  const auto cipher = make(session_keys(SrtpProfile::kAes128CmHmacSha1_80, "2B7E151628AED2A6ABF7158809CF4F3C",
                                        "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"),
                           SrtpUse::kRtp, SrtpDirection::kProtect);
  const std::vector<uint8_t> header(12);
  const std::vector<uint8_t> zeros(1044512);
  std::vector<uint8_t> out(zeros.size() + 10);
  ASSERT_TRUE(cipher->seal({}, {.header = header}, {}, zeros, out.data(), out.data() + zeros.size()));
  EXPECT_EQ(to_hex(Bytes(out).first(48)),
            "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0");
  EXPECT_EQ(to_hex(Bytes(out).subspan(zeros.size() - 48, 48)),
            "ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae6a2cc3787889374fbeb4c81b17ba6c44");
}

// RFC 3711 appendix B.3.
TEST(Rfc3711, session_keys_are_derived_as_in_the_appendix) {
  SrtpKeys keys{.profile = SrtpProfile::kAes128CmHmacSha1_80};
  std::ranges::copy(from_hex("E1F97A0D3E018BE0D64FA32C06DE4139"), keys.key.begin());
  std::ranges::copy(from_hex("0EC675AD498AFEEBB6960B3AABE6"), keys.salt.begin());
  const SrtpSessionKeys session = *derive_session_keys(keys, SrtpUse::kRtp);
  EXPECT_EQ(to_hex(Bytes(session.key).first(16)), "c61e7a93744f39ee10734afe3ff7a087");
  EXPECT_EQ(to_hex(session.salt), "30cbbc08863d8c85d49db34a9ae1");
  EXPECT_EQ(to_hex(session.authentication), "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
}

}  // namespace
}  // namespace kith::rtc
