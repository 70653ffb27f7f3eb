// Who takes the datagrams of the media sockets, UDP and TCP.
#pragma once

#include "base/time.hpp"
#include "rtc/bytes.hpp"
#include "rtc/path.hpp"

namespace kith::net {

class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  /// `now`: when the batch was read. The bytes may be changed; they are gone when this returns.
  virtual void handle_datagram(Instant now, const rtc::Path& path, rtc::MutableBytes datagram) = 0;
  /// A TCP connection has closed: nothing comes or goes on its path any more.
  virtual void handle_closed(const rtc::Path& path) = 0;
};

/// Largest datagram taken from a media socket: Ethernet's and some reserve. What is longer is dropped.
inline constexpr size_t kDatagramBytesMax = 2048;

}  // namespace kith::net
