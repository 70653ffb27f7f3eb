#include "call/call_token.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include "base/bytes.hpp"

namespace kith::call::testing {
namespace {

constexpr UnixMillis kNow{1'800'000'000'000};
constexpr UnixMillis after(int64_t seconds) { return {kNow.value + seconds * 1000}; }

class CallTokenTest : public ::testing::Test {
 protected:
  /// A token with any header and claims, signed with the server's key.
  [[nodiscard]] std::string sign(std::string_view header, std::string_view claims) const {
    const std::string signed_part = to_base64url(header) + "." + to_base64url(claims);
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256(reinterpret_cast<uint8_t*>(mac.data()), reinterpret_cast<const uint8_t*>(signed_part.data()),
                           signed_part.size(), key.data());
    return signed_part + "." + to_base64url(mac);
  }
  [[nodiscard]] std::string claims_with(const std::string& more) const {
    return R"({"iss":"kith","sub":")" + ids.encode(grant.user) + R"(","exp":1800000600,)" + more + "}";
  }
  [[nodiscard]] std::string video(const std::string& more = R"("roomJoin":true)") const {
    return R"("video":{"room":")" + ids.encode(grant.call) + R"(",)" + more + "}";
  }
  static constexpr std::string_view kHeader = R"({"typ":"JWT","alg":"HS256"})";

  chat::IdCodec ids{chat::IdCodec::Key{1, 2, 3}};
  CallTokenCodec::Key key{4, 5, 6};
  CallTokenCodec tokens{key, ids};
  CallGrant grant{.call = CallId{12}, .user = UserId{34}, .name = "Ada \"L\" \xC3\x89"};
};

TEST_F(CallTokenTest, what_was_granted_comes_back) {
  EXPECT_EQ(tokens.decode(tokens.encode(grant, kNow), kNow), grant);
  grant.can_publish = grant.can_publish_data = grant.can_update_own_metadata = grant.can_subscribe = false;
  EXPECT_EQ(tokens.decode(tokens.encode(grant, kNow), kNow), grant);
}

TEST_F(CallTokenTest, it_lasts_ten_minutes_give_or_take_one_for_the_clocks) {
  const std::string token = tokens.encode(grant, kNow);
  EXPECT_TRUE(tokens.decode(token, after(659)).has_value());
  EXPECT_FALSE(tokens.decode(token, after(660)).has_value());
  EXPECT_TRUE(tokens.decode(token, after(-60)).has_value());
  EXPECT_FALSE(tokens.decode(token, after(-61)).has_value());
}

TEST_F(CallTokenTest, a_changed_byte_anywhere_is_refused) {
  const std::string token = tokens.encode(grant, kNow);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.decode(changed, kNow).has_value()) << i;
    EXPECT_FALSE(tokens.decode(token.substr(0, i), kNow).has_value()) << i;
  }
}

TEST_F(CallTokenTest, another_servers_token_is_refused) {
  CallTokenCodec::Key other = key;
  other[31] ^= 1;
  EXPECT_FALSE(tokens.decode(CallTokenCodec(other, ids).encode(grant, kNow), kNow).has_value());
}

TEST_F(CallTokenTest, only_hs256_counts_whatever_the_header_says) {
  const std::string claims = claims_with(video());
  ASSERT_TRUE(tokens.decode(sign(kHeader, claims), kNow).has_value());
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"HS512"})", R"({"alg":"hs256"})", R"({"alg":["HS256"]})",
                             "{}", "[]", "null", "", "HS256"}) {
    EXPECT_FALSE(tokens.decode(sign(header, claims), kNow).has_value()) << header;
  }
  const std::string unsigned_token = to_base64url(R"({"alg":"none"})") + "." + to_base64url(claims) + ".";
  EXPECT_FALSE(tokens.decode(unsigned_token, kNow).has_value());
}

TEST_F(CallTokenTest, claims_that_do_not_open_a_call_are_refused) {
  const std::string user = ids.encode(grant.user);
  for (const std::string& claims : {
           std::string("{}"),
           std::string("[]"),
           std::string("not JSON"),
           std::string("\xFF"),
           claims_with(R"("video":true)"),
           claims_with(video(R"("roomJoin":false)")),
           claims_with(video(R"("x":1)")),
           claims_with(video(R"("roomJoin":["true"])")),
           claims_with(R"("video":{"roomJoin":true,"room":"elsewhere"})"),
           R"({"iss":"other","sub":")" + user + R"(","exp":1800000600,)" + video() + "}",
           R"({"iss":"kith","sub":"","exp":1800000600,)" + video() + "}",
           R"({"iss":"kith","sub":")" + user + R"(",)" + video() + "}",
           R"({"iss":"kith","sub":")" + user + R"(","exp":"soon",)" + video() + "}",
           claims_with(R"("nbf":"soon",)" + video()),
           claims_with(R"("nbf":1800000061,)" + video()),
       }) {
    EXPECT_FALSE(tokens.decode(sign(kHeader, claims), kNow).has_value()) << claims;
  }
}

// Source: LiveKit's grants (its server's auth package): what is not said is allowed, but for changing one's metadata.
TEST_F(CallTokenTest, grants_that_are_not_said_have_their_defaults) {
  const auto said_nothing = tokens.decode(sign(kHeader, claims_with(video())), kNow);
  ASSERT_TRUE(said_nothing.has_value());
  EXPECT_TRUE(said_nothing->can_publish && said_nothing->can_subscribe && said_nothing->can_publish_data);
  EXPECT_FALSE(said_nothing->can_update_own_metadata);
  const auto no_media = tokens.decode(sign(kHeader, claims_with(video(R"("roomJoin":true,"canPublish":false)"))), kNow);
  ASSERT_TRUE(no_media.has_value());
  EXPECT_FALSE(no_media->can_publish_data) << "data follow media unless said otherwise";
}

// Source: made with Python 3.11's hmac and base64 modules: header, claims and signature of RFC 7515 §3.1.
TEST_F(CallTokenTest, a_token_made_elsewhere_with_the_same_key_is_understood) {
  const auto read = tokens.decode(
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
      "eyJ2aWRlbyI6eyJyb29tIjoia2YxbTY1NmsxODE2M28iLCJyb29tSm9pbiI6dHJ1ZX0sImlzcyI6ImtpdGgiLCJleH"
      "AiOjE4MDAwMDA2MDAsInN1YiI6InVkcGZ2cWV1am9ha21nIn0."
      "L1PJRIlbODGdYwz186Ocu1WFlkcKwkT2eHeOoBQ3Az0",
      kNow);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->call, CallId{12});
  EXPECT_EQ(read->user, UserId{34});
}

TEST_F(CallTokenTest, one_byte_more_than_the_limit_is_not_looked_at) {
  const auto padded = [&](size_t size) {
    std::string token;
    // Three bytes of a claim are four of the token; some sizes do not occur.
    for (size_t pad = (size - 400) / 4 * 3; token.size() < size; ++pad) {
      token = sign(kHeader, claims_with(video() + R"(,"p":")" + std::string(pad, 'x') + '"'));
    }
    return token;
  };
  const std::string longest = padded(kCallTokenBytes - 2);
  ASSERT_LE(longest.size(), kCallTokenBytes);
  EXPECT_TRUE(tokens.decode(longest, kNow).has_value());
  EXPECT_FALSE(tokens.decode(padded(kCallTokenBytes + 1), kNow).has_value());
}

}  // namespace
}  // namespace kith::call::testing
