// Strong types for the numbers that name things inside one server. They leave it only as opaque text (see
// id_codec.hpp).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace kith {

/// A number that names one kind of thing; 0 names nothing.
template <typename Tag>
struct Id {
  int64_t value = 0;

  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

using UserId = Id<struct UserTag>;
using DeviceId = Id<struct DeviceTag>;
using RoomId = Id<struct RoomTag>;
using CallId = Id<struct CallTag>;

/// Position of an event in its room: 1, 2, 3… without holes; 0 is "before the first".
using Seq = uint64_t;
/// Place of an event in the server's commit order.
using Pos = int64_t;
/// How many countable messages a room had up to an event.
using Ord = uint64_t;
/// Version of one user's own state.
using Version = int64_t;

}  // namespace kith

template <typename Tag>
struct std::hash<kith::Id<Tag>> {
  size_t operator()(kith::Id<Tag> id) const noexcept {
    // Fibonacci mixing: ids are consecutive, tables want spread bits.
    return static_cast<size_t>(static_cast<uint64_t>(id.value) * 0x9E3779B97F4A7C15ULL >> 7);
  }
};
