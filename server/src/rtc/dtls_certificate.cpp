#include "rtc/dtls_certificate.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>

#include "rtc/dtls_session.hpp"

namespace kith::rtc {
namespace {

/// Peers look at the fingerprint only; the dates just have to be plausible for as long as a server runs.
constexpr long kDay = 24 * 60 * 60;
constexpr long kValidFor = 365 * kDay;

/// In our order of preference: what is cheapest for our processors first (see docs/protocols/srtp.md).
constexpr const char* kSrtpProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80";
constexpr const char* kCurves = "X25519:P-256:P-384";
/// Forward secret, and AES-GCM only: RFC 8827 §6.5 requires the first, and the sizes of records follow from it. RSA for
/// the peers that show such certificates.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384";
/// A peer's certificate chain; browsers send about 400 bytes.
constexpr long kCertificateBytesMax = 16 * 1024;

template <auto function>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;

/// Self-signed, with a random serial number and no name that says anything.
Certificate sign_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  uint64_t serial = 0;
  if (certificate == nullptr || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) {
    return nullptr;
  }
  X509* x509 = certificate.get();
  X509_NAME* name = X509_get_subject_name(x509);
  const auto* const common_name = reinterpret_cast<const unsigned char*>("kith");
  const bool is_complete = X509_set_version(x509, X509_VERSION_3) == 1 &&
                           ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1) == 1 &&
                           X509_gmtime_adj(X509_getm_notBefore(x509), -kDay) != nullptr &&
                           X509_gmtime_adj(X509_getm_notAfter(x509), kValidFor) != nullptr &&
                           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common_name, -1, -1, 0) == 1 &&
                           X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
                           X509_sign(x509, key, EVP_sha256()) != 0;
  if (!is_complete) return nullptr;
  return certificate;
}

const char* name_of(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::kAeadAes128Gcm:
      return "SRTP_AEAD_AES_128_GCM";
    case SrtpProfile::kAeadAes256Gcm:
      return "SRTP_AEAD_AES_256_GCM";
    case SrtpProfile::kAes128CmHmacSha1_80:
      break;
  }
  return "SRTP_AES128_CM_SHA1_80";
}

bool configure(SSL_CTX* context, X509* certificate, EVP_PKEY* key, const char* srtp_profiles) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_NO_QUERY_MTU | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);  // a datagram is taken whole
  SSL_CTX_set_max_cert_list(context, kCertificateBytesMax);
  DtlsSession::install_callbacks(context);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 && SSL_CTX_set1_groups_list(context, kCurves) == 1 &&
         SSL_CTX_set_tlsext_use_srtp(context, srtp_profiles) == 0 &&  // 0 is success here
         SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Fingerprint> parse_fingerprint(std::string_view text) {
  Fingerprint fingerprint{};
  if (text.size() != fingerprint.size() * 3 - 1) return std::nullopt;
  for (size_t i = 0; i < fingerprint.size(); ++i) {
    const int high = hex_digit(text[3 * i]);
    const int low = hex_digit(text[3 * i + 1]);
    if (high < 0 || low < 0 || (i != 0 && text[3 * i - 1] != ':')) return std::nullopt;
    fingerprint[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return fingerprint;
}

std::string serialize_fingerprint(const Fingerprint& fingerprint) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const uint8_t byte : fingerprint) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0F];
  }
  return text;
}

void DtlsCertificate::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<DtlsCertificate> DtlsCertificate::create(std::optional<SrtpProfile> only) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(key == nullptr ? nullptr : sign_certificate(key.get()));
  Context context(SSL_CTX_new(DTLS_method()));
  Fingerprint fingerprint{};
  const char* const srtp_profiles = only ? name_of(*only) : kSrtpProfiles;
  if (certificate == nullptr || context == nullptr ||
      !configure(context.get(), certificate.get(), key.get(), srtp_profiles) ||
      X509_digest(certificate.get(), EVP_sha256(), fingerprint.data(), nullptr) != 1) {
    ERR_clear_error();
    return fail(Reason::kInternal, "DTLS is not available");
  }
  return DtlsCertificate(std::move(context), serialize_fingerprint(fingerprint));
}

}  // namespace kith::rtc
