// The digest contexts of OpenSSL 3 cannot be copied without an allocation, so HMAC's two prepared states are kept as
// SHA_CTX, plain values that only the deprecated interface offers.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "rtc/srtp_cipher.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <span>

namespace kith::rtc {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// A context keyed once; the IV follows with every packet.
Context make_context(const EVP_CIPHER* algorithm, const SrtpSessionKeys& keys, bool encrypts) {
  Context context(EVP_CIPHER_CTX_new());
  if (context == nullptr ||
      EVP_CipherInit_ex(context.get(), algorithm, nullptr, keys.key.data(), nullptr, encrypts ? 1 : 0) != 1) {
    return nullptr;
  }
  return context;
}

bool update(EVP_CIPHER_CTX* context, uint8_t* out, Bytes in) {
  int written = 0;
  return in.empty() || EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(in.size())) == 1;
}

/// Overlays the SSRC and the 48-bit index, which stand side by side in the IV of every profile.
void mix_in(std::span<uint8_t> iv, const SrtpPacketId& id) {
  std::array<uint8_t, 10> bytes{};
  store_u32(bytes.data(), id.ssrc);
  store_u16(bytes.data() + 4, static_cast<uint16_t>(id.index >> 32));
  store_u32(bytes.data() + 6, static_cast<uint32_t>(id.index));
  for (size_t i = 0; i < bytes.size(); ++i) iv[i] ^= bytes[i];
}

/// RFC 7714.
class GcmCipher final : public SrtpCipher {
 public:
  GcmCipher(Context context, const SrtpSessionKeys& keys, SrtpUse use)
      : context_(std::move(context)), covers_word_(use == SrtpUse::kRtcp) {
    std::copy_n(keys.salt.begin(), salt_.size(), salt_.begin());
  }

  bool seal(const SrtpPacketId& id, const SrtpClear& clear, Bytes prefix, Bytes payload, uint8_t* out,
            uint8_t* tag) override {
    int written = 0;
    return begin(id, clear) && update(context_.get(), out, prefix) &&
           update(context_.get(), out + prefix.size(), payload) &&
           EVP_EncryptFinal_ex(context_.get(), tag, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, tag) == 1;
  }

  bool open(const SrtpPacketId& id, const SrtpClear& clear, MutableBytes body, Bytes tag) override {
    std::array<uint8_t, kTagSize> expected{};
    std::copy_n(tag.begin(), expected.size(), expected.begin());
    int written = 0;
    return begin(id, clear) &&
           EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, expected.data()) == 1 &&
           update(context_.get(), body.data(), body) &&
           EVP_DecryptFinal_ex(context_.get(), expected.data(), &written) == 1;
  }

 private:
  static constexpr int kTagSize = 16;

  /// RFC 7714 §8.1, §9.1: two zero bytes, SSRC and index over the salt. §8.2, §9.2: what is covered.
  bool begin(const SrtpPacketId& id, const SrtpClear& clear) {
    std::array<uint8_t, 12> iv = salt_;
    mix_in(std::span(iv).subspan(2), id);
    std::array<uint8_t, 4> word{};
    store_u32(word.data(), clear.word);
    return EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data(), -1) == 1 &&
           update(context_.get(), nullptr, clear.header) && (!covers_word_ || update(context_.get(), nullptr, word));
  }

  Context context_;
  bool covers_word_;
  std::array<uint8_t, 12> salt_{};
};

/// RFC 3711 §4.1.1, §4.2.1.
class CounterCipher final : public SrtpCipher {
 public:
  CounterCipher(Context context, const SrtpSessionKeys& keys) : context_(std::move(context)) {
    std::copy_n(keys.salt.begin(), 14, salt_.begin());
    inner_ = prepare(keys, 0x36);
    outer_ = prepare(keys, 0x5C);
  }

  bool seal(const SrtpPacketId& id, const SrtpClear& clear, Bytes prefix, Bytes payload, uint8_t* out,
            uint8_t* tag) override {
    if (!begin(id) || !update(context_.get(), out, prefix) || !update(context_.get(), out + prefix.size(), payload)) {
      return false;
    }
    const Digest digest = authenticate(clear, {out, prefix.size() + payload.size()});
    std::copy_n(digest.begin(), kTagSize, tag);
    return true;
  }

  bool open(const SrtpPacketId& id, const SrtpClear& clear, MutableBytes body, Bytes tag) override {
    const Digest digest = authenticate(clear, body);
    return CRYPTO_memcmp(digest.data(), tag.data(), kTagSize) == 0 && begin(id) &&
           update(context_.get(), body.data(), body);
  }

 private:
  static constexpr size_t kTagSize = 10;
  using Digest = std::array<uint8_t, SHA_DIGEST_LENGTH>;

  /// SHA-1 that has taken one of HMAC's padded keys (RFC 2104).
  static SHA_CTX prepare(const SrtpSessionKeys& keys, uint8_t pad) {
    std::array<uint8_t, SHA_CBLOCK> block{};
    block.fill(pad);
    for (size_t i = 0; i < keys.authentication.size(); ++i) block[i] ^= keys.authentication[i];
    SHA_CTX state;
    SHA1_Init(&state);
    SHA1_Update(&state, block.data(), block.size());
    return state;
  }

  bool begin(const SrtpPacketId& id) {
    std::array<uint8_t, 16> iv = salt_;
    mix_in(std::span(iv).subspan(4), id);
    return EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data(), -1) == 1;
  }

  /// HMAC-SHA1 over header, ciphertext and the word that follows them.
  [[nodiscard]] Digest authenticate(const SrtpClear& clear, Bytes ciphertext) const {
    std::array<uint8_t, 4> word{};
    store_u32(word.data(), clear.word);
    Digest digest{};
    SHA_CTX state = inner_;
    SHA1_Update(&state, clear.header.data(), clear.header.size());
    SHA1_Update(&state, ciphertext.data(), ciphertext.size());
    SHA1_Update(&state, word.data(), word.size());
    SHA1_Final(digest.data(), &state);
    state = outer_;
    SHA1_Update(&state, digest.data(), digest.size());
    SHA1_Final(digest.data(), &state);
    return digest;
  }

  Context context_;
  std::array<uint8_t, 16> salt_{};  ///< followed by the two bytes that count blocks
  SHA_CTX inner_;
  SHA_CTX outer_;
};

}  // namespace

Result<std::unique_ptr<SrtpCipher>> SrtpCipher::create(const SrtpSessionKeys& keys, SrtpUse use,
                                                       SrtpDirection direction) {
  const bool encrypts = direction == SrtpDirection::kProtect;
  std::unique_ptr<SrtpCipher> cipher;
  if (keys.profile == SrtpProfile::kAes128CmHmacSha1_80) {
    Context context = make_context(EVP_aes_128_ctr(), keys, encrypts);
    if (context != nullptr) cipher = std::make_unique<CounterCipher>(std::move(context), keys);
  } else {
    const bool is_long = keys.profile == SrtpProfile::kAeadAes256Gcm;
    Context context = make_context(is_long ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), keys, encrypts);
    if (context != nullptr) cipher = std::make_unique<GcmCipher>(std::move(context), keys, use);
  }
  if (cipher == nullptr) return fail(Reason::kInternal, "AES is not available");
  return cipher;
}

}  // namespace kith::rtc
