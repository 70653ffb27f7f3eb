#include "base/executor.hpp"

namespace kith {
namespace {

thread_local Executor* current_executor = nullptr;

}  // namespace

Executor& Executor::current() {
  static InlineExecutor inline_executor;
  return current_executor != nullptr ? *current_executor : inline_executor;
}

Executor::Scope::Scope(Executor& executor) : previous_(std::exchange(current_executor, &executor)) {}

Executor::Scope::~Scope() { current_executor = previous_; }

}  // namespace kith
