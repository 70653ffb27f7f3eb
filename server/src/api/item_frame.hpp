// A ServerItem in the forms connections need: encoded once, shared by all who are told.
#pragma once

#include <mutex>
#include <string>

#include "chat/hub.hpp"
#include "kith/v1/sync.pb.h"
#include "net/buffer.hpp"

namespace kith::api {

/// `payload` is a ServerFrame with this one item: payloads appended to one another are a ServerFrame again.
class ItemFrame final : public chat::Delivery {
 public:
  explicit ItemFrame(const kith::v1::ServerItem& item);

  [[nodiscard]] const std::string& payload() const { return payload_; }
  /// The payload as a binary WebSocket frame.
  [[nodiscard]] const net::SharedBuffer& binary_frame() const { return binary_frame_; }
  /// The same in JSON as a text frame; made when the first connection that speaks JSON asks.
  [[nodiscard]] const net::SharedBuffer& text_frame() const;

  static chat::SharedDelivery encode(const kith::v1::ServerItem& item) { return std::make_shared<ItemFrame>(item); }

 private:
  std::string payload_;
  net::SharedBuffer binary_frame_;
  mutable std::once_flag text_once_;
  mutable net::SharedBuffer text_frame_;
};

/// The inside of what the hub hands over.
inline const ItemFrame& frame_of(const chat::SharedDelivery& delivery) {
  return static_cast<const ItemFrame&>(*delivery);
}

}  // namespace kith::api
