#include "api/call_query.hpp"

#include <gtest/gtest.h>

namespace kith::api {
namespace {

call::Connect read(std::string_view query, std::string_view user_agent = {}) {
  call::Connect connect;
  read_call_query(query, user_agent, connect);
  return connect;
}

TEST(CallQueryTest, values_are_found_by_name_and_percent_decoded) {
  EXPECT_EQ(query_value("a=1&b=x%20y%2Bz+w&b=second&c", "b"), "x y+z w");
  EXPECT_EQ(query_value("a=1&c", "c"), "");
  EXPECT_EQ(query_value("ab=1", "a"), "");
  EXPECT_EQ(query_value("", "a"), "");
}

TEST(CallQueryTest, percent_signs_that_encode_nothing_stay) {
  EXPECT_EQ(query_value("a=100%", "a"), "100%");
  EXPECT_EQ(query_value("a=%zz%4", "a"), "%zz%4");
}

TEST(CallQueryTest, a_browser_s_query_is_understood) {
  // What livekit-client 2.23.0 sends from Chromium, without the token.
  const auto connect = read(
      "auto_subscribe=1&sdk=js&version=2.23.0&protocol=17&client_protocol=2&os=Linux&os_version=6&browser=Chrome&"
      "browser_version=156.0.0&adaptive_stream=1&subscriber_allow_pause=1");
  EXPECT_EQ(connect.client.sdk, "js");
  EXPECT_EQ(connect.client.browser, "Chrome");
  EXPECT_EQ(connect.client.browser_version, "156.0.0");
  EXPECT_EQ(connect.client.client_protocol, 2);
  EXPECT_TRUE(connect.auto_subscribe);
  EXPECT_TRUE(connect.adaptive_stream);
  EXPECT_TRUE(connect.may_pause);
  EXPECT_FALSE(connect.disable_ice_lite);
  EXPECT_TRUE(connect.resume_sid.empty());
}

TEST(CallQueryTest, a_browser_the_query_does_not_name_is_known_by_its_user_agent) {
  const auto client_of = [](std::string_view user_agent) { return read("sdk=js", user_agent).client; };
  const auto firefox = client_of("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0");
  EXPECT_EQ(firefox.browser, "Firefox");
  EXPECT_EQ(firefox.browser_version, "153.0");
  EXPECT_EQ(firefox.os, "Linux");
  EXPECT_EQ(client_of("Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0").os, "Android");
  const auto safari = client_of(
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 "
      "Safari/605.1.15");
  EXPECT_EQ(safari.browser, "Safari");
  EXPECT_EQ(safari.browser_version, "18.4");
  const auto chromium = client_of(
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36");
  EXPECT_EQ(chromium.browser, "");
  EXPECT_EQ(read("sdk=js&browser=Chrome", "Firefox/153.0").client.browser, "Chrome");
  EXPECT_EQ(client_of("Firefox/" + std::string(1000, '1')).browser_version.size(), 64U);
  EXPECT_EQ(client_of("").browser, "");
}

TEST(CallQueryTest, subscribing_is_the_default) {
  EXPECT_TRUE(read("").auto_subscribe);
  EXPECT_FALSE(read("auto_subscribe=0").auto_subscribe);
}

TEST(CallQueryTest, capabilities_come_in_a_list) {
  const auto capabilities = read("capabilities=CAP_PACKET_TRAILER%2CCAP_COMPRESSION_DEFLATE_RAW").client.capabilities;
  EXPECT_EQ(capabilities, (std::vector<std::string>{"CAP_PACKET_TRAILER", "CAP_COMPRESSION_DEFLATE_RAW"}));
}

TEST(CallQueryTest, a_resume_names_its_session_and_one_without_name_is_no_new_session) {
  EXPECT_EQ(read("reconnect=1&sid=PA_abc&reconnect_reason=1").resume_sid, "PA_abc");
  EXPECT_FALSE(read("reconnect=1").resume_sid.empty());
  EXPECT_TRUE(read("sid=PA_abc").resume_sid.empty());
}

TEST(CallQueryTest, words_of_clients_are_cut) {
  EXPECT_EQ(read("browser=" + std::string(1000, 'x')).client.browser.size(), 64U);
  std::string many = "capabilities=";
  for (int i = 0; i < 100; ++i) many += "A,";
  EXPECT_EQ(read(many).client.capabilities.size(), 16U);
}

}  // namespace
}  // namespace kith::api
