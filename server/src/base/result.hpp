// Errors are values: `Result<T>` holds a value or an `Error` with a numbered reason.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

#include "kith/reason.hpp"

namespace kith {

/// Why something failed, as the caller may be told. `message` is one sentence for people and holds no content,
/// token or path. `field` names the request field at fault, if any. `retry_after_ms`: 0 if not said.
struct Error {
  Reason reason = Reason::kInternal;
  std::string message;
  std::string field;
  uint32_t retry_after_ms = 0;

  bool operator==(const Error&) const = default;
};

template <typename T = void>
using Result = std::expected<T, Error>;

/// Makes the failing side of a `Result`.
[[nodiscard]] inline std::unexpected<Error> fail(Reason reason, std::string message, std::string field = {}) {
  return std::unexpected(Error{.reason = reason, .message = std::move(message), .field = std::move(field)});
}

}  // namespace kith

#define KITH_CONCAT_INNER(a, b) a##b
#define KITH_CONCAT(a, b) KITH_CONCAT_INNER(a, b)

/// `TRY(auto x, f());` declares x from a Result, or returns its error from the enclosing function.
/// Statement form on purpose: the expression form around `co_await` crashes g++ 12.
#define TRY(declaration, expression) KITH_TRY_IMPL(KITH_CONCAT(try_result_, __LINE__), return, declaration, expression)
/// The same inside a coroutine: `CO_TRY(auto x, co_await f());`.
#define CO_TRY(declaration, expression) \
  KITH_TRY_IMPL(KITH_CONCAT(try_result_, __LINE__), co_return, declaration, expression)
#define KITH_TRY_IMPL(name, leave, declaration, expression)              \
  auto name = (expression);                                              \
  if (!name.has_value()) leave std::unexpected(std::move(name).error()); \
  declaration = std::move(*name)

/// `TRY_VOID(f());` returns the error of a `Result<>` from the enclosing function.
#define TRY_VOID(expression) KITH_TRY_VOID_IMPL(KITH_CONCAT(try_result_, __LINE__), return, expression)
/// The same inside a coroutine.
#define CO_TRY_VOID(expression) KITH_TRY_VOID_IMPL(KITH_CONCAT(try_result_, __LINE__), co_return, expression)
#define KITH_TRY_VOID_IMPL(name, leave, expression) \
  if (auto name = (expression); !name.has_value()) leave std::unexpected(std::move(name).error())
