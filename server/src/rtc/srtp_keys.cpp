#include "rtc/srtp_keys.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <span>

namespace kith::rtc {
namespace {

/// Which session key (RFC 3711 §4.3.2); RTCP's labels are three higher than RTP's.
enum class Label : uint8_t { kEncryption = 0, kAuthentication = 1, kSalt = 2 };
constexpr uint8_t kRtcpLabels = 3;
/// Where the label meets the salt: it stands above the 48-bit index, which is 0 for us, in a number of 112 bits.
constexpr size_t kLabelAt = 7;

bool derive(const SrtpKeys& keys, uint8_t label, std::span<uint8_t> out) {
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  const std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
  const SrtpSizes sizes = sizes_of(keys.profile);
  std::array<uint8_t, 16> iv{};
  std::copy_n(keys.salt.begin(), sizes.salt, iv.begin());
  iv[kLabelAt] ^= label;
  const EVP_CIPHER* aes = sizes.key == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
  std::ranges::fill(out, uint8_t{0});
  int written = 0;
  return context != nullptr && EVP_EncryptInit_ex(context.get(), aes, nullptr, keys.key.data(), iv.data()) == 1 &&
         EVP_EncryptUpdate(context.get(), out.data(), &written, out.data(), static_cast<int>(out.size())) == 1;
}

}  // namespace

Result<SrtpSessionKeys> derive_session_keys(const SrtpKeys& keys, SrtpUse use) {
  const SrtpSizes sizes = sizes_of(keys.profile);
  SrtpSessionKeys session{.profile = keys.profile};
  const auto label = [&](Label which) {
    return static_cast<uint8_t>(static_cast<uint8_t>(which) + (use == SrtpUse::kRtcp ? kRtcpLabels : 0));
  };
  if (!derive(keys, label(Label::kEncryption), std::span(session.key).first(sizes.key)) ||
      !derive(keys, label(Label::kAuthentication), session.authentication) ||
      !derive(keys, label(Label::kSalt), std::span(session.salt).first(sizes.salt))) {
    return fail(Reason::kInternal, "AES in counter mode is not available");
  }
  return session;
}

}  // namespace kith::rtc
