#include "api/item_frame.hpp"

#include <gtest/gtest.h>

namespace kith::api {
namespace {

TEST(ItemFrame, payloads_joined_are_one_frame_with_all_items_in_order) {
  kith::v1::ServerItem first;
  first.set_token("one");
  kith::v1::ServerItem second;
  second.mutable_typing()->set_room_id(std::string(300, 'r'));
  kith::v1::ServerFrame joined;
  ASSERT_TRUE(joined.ParseFromString(ItemFrame(first).payload() + ItemFrame(second).payload()));
  ASSERT_EQ(joined.items_size(), 2);
  EXPECT_EQ(joined.items(0).token(), "one");
  EXPECT_EQ(joined.items(1).typing().room_id().size(), 300u);
}

TEST(ItemFrame, the_text_form_is_the_same_in_json_and_made_once) {
  kith::v1::ServerItem item;
  item.set_token("one");
  const ItemFrame frame(item);
  const net::SharedBuffer text = frame.text_frame();
  EXPECT_EQ(text.get(), frame.text_frame().get());
  EXPECT_NE(text->find(R"("token":"one")"), std::string::npos);
  EXPECT_EQ(static_cast<uint8_t>(text->front()), 0x81) << "a final text frame";
  EXPECT_EQ(static_cast<uint8_t>(frame.binary_frame()->front()), 0x82) << "a final binary frame";
}

}  // namespace
}  // namespace kith::api
