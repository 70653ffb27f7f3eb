#include "net/http_message.hpp"

#include <gtest/gtest.h>

namespace kith::net {
namespace {

TEST(Headers, are_found_without_case_in_order_of_arrival) {
  Headers headers{{"Host", "kith"}, {"X-A", "1"}, {"x-a", "2"}};
  EXPECT_EQ(headers.find("HOST"), "kith");
  EXPECT_EQ(headers.find("X-a"), "1");
  EXPECT_EQ(headers.count("X-A"), 2U);
  EXPECT_EQ(headers.find("Hos"), "");
  EXPECT_FALSE(headers.has("X-B"));
  EXPECT_EQ(headers.at(2).value, "2");
}

TEST(Headers, lists_of_tokens_are_searched_token_by_token) {
  EXPECT_TRUE(has_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(has_token("close", "CLOSE"));
  EXPECT_FALSE(has_token("keep-alive, Upgraded", "upgrade"));
  EXPECT_FALSE(has_token("", "upgrade"));
  EXPECT_FALSE(has_token(",,", "upgrade"));
}

TEST(Request, tells_path_query_and_cookies) {
  Request request;
  request.target = "/a/b?c=d&e";
  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query(), "c=d&e");
  request.target = "/plain";
  EXPECT_EQ(request.path(), "/plain");
  EXPECT_EQ(request.query(), "");
  request.headers.add("Cookie", "theme=dark; kith_session=abc=; other");
  EXPECT_EQ(request.cookie("kith_session"), "abc=");
  EXPECT_EQ(request.cookie("theme"), "dark");
  EXPECT_EQ(request.cookie("session"), "");
  EXPECT_EQ(request.cookie("other"), "");
}

TEST(Body, shares_or_borrows_its_bytes) {
  const SharedBuffer buffer = make_buffer("shared");
  const Body body(buffer);
  EXPECT_EQ(body.bytes().data(), buffer->data());
  EXPECT_EQ(Body::of_static("static").bytes(), "static");
  EXPECT_EQ(Body().bytes(), "");
}

}  // namespace
}  // namespace kith::net
