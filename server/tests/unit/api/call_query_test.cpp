#include "api/call_query.hpp"

#include <gtest/gtest.h>

namespace kith::api {
namespace {

call::Connect read(std::string_view query) {
  call::Connect connect;
  read_call_query(query, connect);
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
