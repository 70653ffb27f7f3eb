#include "api/item_frame.hpp"

#include "api/wire.hpp"
#include "base/bytes.hpp"
#include "net/websocket_codec.hpp"

namespace kith::api {

ItemFrame::ItemFrame(const kith::v1::ServerItem& item) {
  const std::string encoded = item.SerializeAsString();
  // Field 1 of ServerFrame, length-delimited.
  payload_ += '\x0A';
  put_varint(payload_, encoded.size());
  payload_ += encoded;
  binary_frame_ = net::make_frame(net::Opcode::kBinary, payload_);
}

const net::SharedBuffer& ItemFrame::text_frame() const {
  std::call_once(text_once_, [&] {
    kith::v1::ServerFrame frame;
    frame.ParseFromString(payload_);
    text_frame_ = net::make_frame(net::Opcode::kText, api::encode(Form::kJson, frame));
  });
  return text_frame_;
}

}  // namespace kith::api
