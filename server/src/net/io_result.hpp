// How one read or write of a descriptor or TLS session ended.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kith::net {

enum class IoStatus : uint8_t {
  kOk,         ///< some bytes moved
  kWantRead,   ///< nothing now: wait until readable
  kWantWrite,  ///< nothing now: wait until writable
  kClosed,     ///< the peer has ended its side in good order
  kFailed,     ///< reset, broken record…: the connection is of no more use
};

struct IoResult {
  IoStatus status;
  size_t bytes = 0;  ///< moved; > 0 only with kOk
};

}  // namespace kith::net
