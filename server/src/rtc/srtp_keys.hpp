// What DTLS-SRTP agrees on: protection profiles, and the master key and salt of one direction (RFC 5764, RFC 7714).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/result.hpp"

namespace kith::rtc {

/// Numbers of the IANA registry "DTLS-SRTP Protection Profiles".
enum class SrtpProfile : uint16_t {
  kAes128CmHmacSha1_80 = 0x0001,
  kAeadAes128Gcm = 0x0007,
  kAeadAes256Gcm = 0x0008,
};

inline constexpr size_t kSrtpKeySizeMax = 32;
inline constexpr size_t kSrtpSaltSizeMax = 14;
/// What protecting adds at most: the tag (16) and, for RTCP, the index word (4).
inline constexpr size_t kSrtpOverheadMax = 20;

/// Sizes in bytes that a profile prescribes (RFC 3711 §8.2, RFC 7714 §12).
struct SrtpSizes {
  size_t key = 0;
  size_t salt = 0;
  size_t tag = 0;
};
constexpr SrtpSizes sizes_of(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::kAeadAes128Gcm:
      return {.key = 16, .salt = 12, .tag = 16};
    case SrtpProfile::kAeadAes256Gcm:
      return {.key = 32, .salt = 12, .tag = 16};
    case SrtpProfile::kAes128CmHmacSha1_80:
      break;
  }
  return {.key = 16, .salt = 14, .tag = 10};
}

/// Master key and salt of one direction; only the first bytes that the profile asks for count.
struct SrtpKeys {
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  std::array<uint8_t, kSrtpKeySizeMax> key{};
  std::array<uint8_t, kSrtpSaltSizeMax> salt{};
};

/// RTP and RTCP of one direction have session keys of their own.
enum class SrtpUse : uint8_t { kRtp, kRtcp };

/// What packets are protected with.
struct SrtpSessionKeys {
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  std::array<uint8_t, kSrtpKeySizeMax> key{};
  std::array<uint8_t, kSrtpSaltSizeMax> salt{};
  std::array<uint8_t, 20> authentication{};  ///< of HMAC-SHA1; unused by GCM
};

/// Derives session keys: AES in counter mode keyed by the master key, key derivation rate 0 (RFC 3711 §4.3; RFC 7714
/// §11: the same for GCM, its 96-bit salt extended with zeros). `kInternal`: OpenSSL lacks AES.
Result<SrtpSessionKeys> derive_session_keys(const SrtpKeys& keys, SrtpUse use);

}  // namespace kith::rtc
