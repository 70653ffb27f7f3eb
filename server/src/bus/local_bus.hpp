// The bus of a single node: a call.
#pragma once

#include <utility>

#include "bus/bus.hpp"

namespace kith::bus {

class LocalBus final : public Bus {
 public:
  void publish(Batch batch) override {
    for (const Subscriber& subscriber : subscribers_) subscriber(batch);
  }
  void subscribe(Subscriber subscriber) override { subscribers_.push_back(std::move(subscriber)); }

 private:
  std::vector<Subscriber> subscribers_;
};

}  // namespace kith::bus
