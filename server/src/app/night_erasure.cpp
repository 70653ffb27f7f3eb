#include "app/night_erasure.hpp"

#include <ctime>

#include "base/log.hpp"

namespace kith::app {
namespace {

int local_hour(UnixMillis at) {
  const auto seconds = static_cast<time_t>(at.value / 1000);
  tm parts{};
  localtime_r(&seconds, &parts);
  return parts.tm_hour;
}

}  // namespace

void NightErasure::stop() {
  const std::scoped_lock lock(mutex_);
  is_stopped_ = true;
  if (runner_.joinable()) runner_.join();
}

void NightErasure::handle_tick() {
  if (is_running_ || local_hour(clock_.wall()) != hour_) return;
  const std::scoped_lock lock(mutex_);
  if (is_stopped_ || !has_work_.exchange(false)) return;
  if (runner_.joinable()) runner_.join();
  is_running_ = true;
  runner_ = std::thread([this] {
    const auto done = store_.finish_erasure();
    if (done) {
      log::info("erased content left the files");
    } else {
      has_work_ = true;
      log::warn("erasing not finished, trying again", {{"reason", rule_of(done.error().reason).name}});
    }
    is_running_ = false;
  });
}

}  // namespace kith::app
