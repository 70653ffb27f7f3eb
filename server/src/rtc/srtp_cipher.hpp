// Encrypts and authenticates single packets with one session key: AES-GCM, or AES in counter mode with HMAC-SHA1.
//
// RTP and RTCP differ only in what is authenticated and in where the tag stands; the callers lay packets out.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "rtc/bytes.hpp"
#include "rtc/srtp_keys.hpp"

namespace kith::rtc {

enum class SrtpDirection : uint8_t { kProtect, kUnprotect };

/// What makes a packet's keystream its own. One (ssrc, index) must never protect two different packets: under GCM that
/// gives the authentication key away (RFC 7714 §10.1).
struct SrtpPacketId {
  uint32_t ssrc = 0;
  uint64_t index = 0;  ///< RTP: rollover counter · 2^16 + sequence number; RTCP: the 31-bit index
};

/// What is authenticated but not encrypted.
struct SrtpClear {
  Bytes header;       ///< RTP: header with CSRCs and extensions; RTCP: the first 8 bytes
  uint32_t word = 0;  ///< RTP: the rollover counter, which only HMAC covers; RTCP: E flag and index
};

/// Keeps its OpenSSL contexts: per packet only the IV is set and nothing is allocated.
class SrtpCipher {
 public:
  /// `kInternal`: OpenSSL lacks an algorithm.
  static Result<std::unique_ptr<SrtpCipher>> create(const SrtpSessionKeys& keys, SrtpUse use, SrtpDirection direction);
  virtual ~SrtpCipher() = default;

  /// Encrypts `prefix` and then `payload` to `out`, which may be where they are but must not overlap them otherwise;
  /// writes the profile's tag to `tag`, which may follow in the same memory.
  virtual bool seal(const SrtpPacketId& id, const SrtpClear& clear, Bytes prefix, Bytes payload, uint8_t* out,
                    uint8_t* tag) = 0;
  /// Decrypts `body` in place. False: not authentic, `body` is then worthless.
  virtual bool open(const SrtpPacketId& id, const SrtpClear& clear, MutableBytes body, Bytes tag) = 0;
};

}  // namespace kith::rtc
