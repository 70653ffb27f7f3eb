#include "api/http_request_rules.hpp"

#include <gtest/gtest.h>

namespace kith::api {
namespace {

net::Request request_with(std::initializer_list<net::Headers::Field> fields) {
  net::Request request;
  request.method = "POST";
  request.headers = net::Headers(fields);
  return request;
}

TEST(HttpRequestRules, the_bearer_token_comes_before_the_cookie) {
  EXPECT_EQ(session_token(request_with({{"Authorization", "Bearer abc"}, {"Cookie", "kith_session=def"}})), "abc");
  EXPECT_EQ(session_token(request_with({{"Authorization", "bearer abc"}})), "abc");
  EXPECT_EQ(session_token(request_with({{"Cookie", "a=b; kith_session=def"}})), "def");
  EXPECT_EQ(session_token(request_with({{"Authorization", "Basic abc"}})), "");
  EXPECT_EQ(session_token(request_with({})), "");
}

TEST(HttpRequestRules, another_sites_page_is_foreign_and_no_origin_is_no_page) {
  EXPECT_FALSE(is_foreign_origin(request_with({{"Host", "chat.example:8080"}})));
  EXPECT_FALSE(is_foreign_origin(request_with({{"Host", "chat.example"}, {"Origin", "https://chat.example"}})));
  EXPECT_TRUE(is_foreign_origin(request_with({{"Host", "chat.example"}, {"Origin", "https://evil.example"}})));
  EXPECT_TRUE(is_foreign_origin(request_with({{"Host", "chat.example"}, {"Origin", "https://chat.example.evil"}})));
  EXPECT_TRUE(is_foreign_origin(request_with({{"Host", "chat.example"}, {"Origin", "https://chat.example:8443"}})));
  EXPECT_TRUE(is_foreign_origin(request_with({{"Host", "chat.example"}, {"Origin", "null"}})));
}

TEST(HttpRequestRules, the_form_is_named_by_the_content_type) {
  EXPECT_EQ(form_of(request_with({{"Content-Type", "application/json; charset=utf-8"}})), Form::kJson);
  EXPECT_EQ(form_of(request_with({{"Content-Type", "Application/Proto"}})), Form::kBinary);
  EXPECT_EQ(form_of(request_with({{"Content-Type", "text/plain"}})), std::nullopt)
      << "what a form of another site could send";
  EXPECT_EQ(form_of(request_with({})), std::nullopt);
}

TEST(HttpRequestRules, cookies_are_out_of_reach_of_scripts_and_of_other_sites) {
  net::Request request = request_with({});
  EXPECT_EQ(session_cookie(request, "tok"), "kith_session=tok; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
  request.is_secure = true;
  EXPECT_TRUE(session_cookie(request, "tok").ends_with("; Secure"));
  EXPECT_NE(session_cookie(request, "").find("Max-Age=0"), std::string::npos);
}

TEST(HttpRequestRules, sockets_are_found_where_the_request_found_the_server) {
  net::Request request = request_with({{"Host", "chat.example:8080"}});
  EXPECT_EQ(socket_origin(request), "ws://chat.example:8080");
  request.is_secure = true;
  EXPECT_EQ(socket_origin(request), "wss://chat.example:8080");
}

TEST(HttpRequestRules, ipv6_addresses_of_one_network_count_as_one) {
  const auto one = net::Address::parse_ip("2001:db8:1:2:3::1");
  const auto two = net::Address::parse_ip("2001:db8:1:2:ffff::9");
  const auto other = net::Address::parse_ip("2001:db8:1:3::1");
  ASSERT_TRUE(one && two && other);
  EXPECT_EQ(address_key(*one), address_key(*two));
  EXPECT_NE(address_key(*one), address_key(*other));
  EXPECT_EQ(address_key(*net::Address::parse_ip("192.0.2.7")), "192.0.2.7");
}

TEST(HttpRequestRules, devices_are_named_as_people_would) {
  EXPECT_EQ(device_name("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox on Linux");
  EXPECT_EQ(device_name("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36"),
            "Chrome on Android");
  EXPECT_EQ(device_name("something else"), "");
}

}  // namespace
}  // namespace kith::api
