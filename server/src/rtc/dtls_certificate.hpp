// The certificate our side of every call shows: self-signed, made at start, known to peers by its fingerprint.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "rtc/srtp_keys.hpp"

struct ssl_ctx_st;

namespace kith::rtc {

/// SHA-256 of a certificate's DER bytes.
using Fingerprint = std::array<uint8_t, 32>;

/// "AB:CD:…", 32 pairs of hexadecimal digits in either case (RFC 8122 §5). nullopt for anything else.
std::optional<Fingerprint> parse_fingerprint(std::string_view text);
std::string serialize_fingerprint(const Fingerprint& fingerprint);

/// An ECDSA P-256 key with its certificate, and what all sessions that show it share: ciphers, curves, SRTP profiles.
/// Sessions may be made from any thread.
class DtlsCertificate {
 public:
  /// `only`: the one SRTP profile to offer and to accept, as peers that know no other; nullopt: all of ours.
  /// `kInternal`: OpenSSL lacks an algorithm.
  static Result<DtlsCertificate> create(std::optional<SrtpProfile> only = std::nullopt);

  /// Upper case, as it stands after "a=fingerprint:sha-256 ".
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  [[nodiscard]] ssl_ctx_st* context() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  using Context = std::unique_ptr<ssl_ctx_st, Free>;

  DtlsCertificate(Context context, std::string fingerprint)
      : context_(std::move(context)), fingerprint_(std::move(fingerprint)) {}

  Context context_;
  std::string fingerprint_;
};

}  // namespace kith::rtc
