// The port between nodes: what one node tells all, itself included. Only a hint: the store is the truth.
#pragma once

#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "model/model.hpp"

namespace kith::bus {

/// What is told: something committed, or something that is never stored.
using Notice = std::variant<model::Publication, model::Ephemeral>;
/// A commit group's publications in commit order, or ephemeral notices. Immutable and shared by all who hear it.
using Batch = std::shared_ptr<const std::vector<Notice>>;
using Subscriber = std::function<void(const Batch&)>;

/// Batches published by one thread arrive in their order at every subscriber; between nodes a batch may be lost.
class Bus {
 public:
  virtual ~Bus() = default;
  /// From any thread. Subscribers are called on the publishing thread or the bus's own: they must only post.
  virtual void publish(Batch batch) = 0;
  /// Before the first publish.
  virtual void subscribe(Subscriber subscriber) = 0;
};

}  // namespace kith::bus
