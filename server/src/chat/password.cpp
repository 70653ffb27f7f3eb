#include "chat/password.hpp"

#include <sodium.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "base/bytes.hpp"

namespace kith::chat {
namespace {

/// About as long as the jobs waiting when the queue is full take on two cores.
constexpr uint32_t kBusyRetryMs = 5'000;
constexpr size_t kSaltDigits = 22;  // 16 bytes of base64
constexpr size_t kHashDigits = 43;  // 32 bytes of base64

std::unexpected<Error> busy() {
  return std::unexpected(Error{.reason = Reason::kBusy,
                               .message = "Too many people are signing in; please try again.",
                               .field = {},
                               .retry_after_ms = kBusyRetryMs});
}

}  // namespace

Result<Secret<std::string>> normalize_password(std::string_view password, const Limits& limits,
                                               std::string_view field) {
  if (password.empty()) return fail(Reason::kMissingField, "The password must not be empty.", std::string(field));
  if (password.size() > limits.password_bytes) {
    return fail(Reason::kTooLong, "The password is too long.", std::string(field));
  }
  if (!is_utf8(password)) return fail(Reason::kInvalidUtf8, "The password is not valid UTF-8.", std::string(field));
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(password.data(), static_cast<int32_t>(password.size())));
  for (int32_t i = 0; i < text.length(); ++i) {  // All spaces of Unicode are in its first plane.
    if (u_charType(text[i]) == U_SPACE_SEPARATOR) text.setCharAt(i, u' ');
  }
  std::string out;
  nfc->normalize(text, status).toUTF8String(out);
  if (U_FAILURE(status)) return fail(Reason::kInternal, "The password could not be normalized.", std::string(field));
  return Secret(std::move(out));
}

Result<Secret<std::string>> check_new_password(std::string_view password, const Limits& limits,
                                               std::string_view field) {
  TRY(Secret<std::string> normalized, normalize_password(password, limits, field));
  if (utf8_length(normalized.reveal()) < limits.password_characters_min) {
    return fail(Reason::kInvalidField, "The password is too short.", std::string(field));
  }
  return normalized;
}

PasswordHasher::PasswordHasher(Executor& workers, PasswordCost cost, size_t queue_jobs)
    : workers_(workers), cost_(cost), queue_jobs_(queue_jobs) {
  [[maybe_unused]] const int status = sodium_init();
  assert(status >= 0);
  decoy_ =
      Secret("$argon2id$v=19$m=" + std::to_string(cost_.memory_bytes / 1024) + ",t=" + std::to_string(cost_.passes) +
             ",p=1$" + std::string(kSaltDigits, 'A') + "$" + std::string(kHashDigits, 'A'));
}

bool PasswordHasher::take_place() {
  if (waiting_.fetch_add(1) < queue_jobs_) return true;
  --waiting_;
  return false;
}

Task<Result<Secret<std::string>>> PasswordHasher::hash(Secret<std::string> password) {
  if (!take_place()) co_return busy();
  auto work = [this, password = std::move(password)]() -> Result<Secret<std::string>> {
    std::array<char, crypto_pwhash_STRBYTES> out{};
    const std::string& text = password.reveal();
    const int status = crypto_pwhash_str_alg(out.data(), text.data(), text.size(), cost_.passes, cost_.memory_bytes,
                                             crypto_pwhash_ALG_ARGON2ID13);
    --waiting_;
    if (status != 0) return busy();  // It fails only when the memory cannot be had.
    return Secret(std::string(out.data()));
  };
  co_return co_await run_on(workers_, std::move(work));
}

Task<Result<bool>> PasswordHasher::verify(Secret<std::string> password, Secret<std::string> hash) {
  if (!take_place()) co_return busy();
  auto work = [this, password = std::move(password), hash = std::move(hash)]() -> Result<bool> {
    const std::string& text = password.reveal();
    const bool is_known = !hash.reveal().empty();
    const char* expected = (is_known ? hash : decoy_).reveal().c_str();
    const bool is_right = crypto_pwhash_str_verify(expected, text.data(), text.size()) == 0;
    --waiting_;
    return is_known && is_right;
  };
  co_return co_await run_on(workers_, std::move(work));
}

bool PasswordHasher::needs_rehash(const Secret<std::string>& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.reveal().c_str(), cost_.passes, cost_.memory_bytes) != 0;
}

}  // namespace kith::chat
