// A value that must never reach a log: it has no formatter and no stream operator, so printing one does not compile.
#pragma once

#include <utility>

namespace kith {

template <typename T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  /// The value itself, for the one place that needs it.
  [[nodiscard]] const T& reveal() const { return value_; }

 private:
  T value_;
};

}  // namespace kith
