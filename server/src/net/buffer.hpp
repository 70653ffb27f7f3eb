// Immutable bytes that many sockets share: a broadcast is encoded once and referenced by every queue it waits in.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kith::net {

using Buffer = std::string;
/// Never changes after it was made, so any thread may read it.
using SharedBuffer = std::shared_ptr<const Buffer>;

inline SharedBuffer make_buffer(std::string bytes) { return std::make_shared<const Buffer>(std::move(bytes)); }

/// The same bytes with a reference count of their own. A broadcast makes one per reactor, so that the cores do not
/// fight over one cache line with every delivery.
inline SharedBuffer share_locally(const SharedBuffer& buffer) {
  auto holder = std::make_shared<SharedBuffer>(buffer);
  return SharedBuffer(holder, holder->get());
}

}  // namespace kith::net
