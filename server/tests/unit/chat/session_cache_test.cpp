#include "chat/session_cache.hpp"

#include <gtest/gtest.h>

#include "unit/chat/chat_fixture.hpp"

namespace kith::chat {
namespace {

using testing::Person;
using testing::reason_of;

class SessionCacheTest : public testing::ChatTest {};

TEST_F(SessionCacheTest, a_token_is_read_once_and_then_known) {
  const Person anna = make_person("anna");
  SessionCache cache(*store, clock, 10);
  EXPECT_EQ(cache.find(anna.token), std::nullopt);
  EXPECT_EQ(run(cache.authenticate(anna.token)), anna.caller);
  EXPECT_EQ(cache.find(anna.token), anna.caller);
  EXPECT_EQ(cache.last_used(anna.caller.device), clock.wall());
}

TEST_F(SessionCacheTest, foreign_tokens_are_refused) {
  const Person anna = make_person("anna");
  std::string altered = anna.token;
  altered.back() = altered.back() == 'A' ? 'E' : 'A';
  for (const std::string& token : {std::string(), std::string("kith_"), altered, anna.token + "A", anna.token.substr(5),
                                   "KITH_" + anna.token.substr(5), std::string(100'000, 'k')}) {
    EXPECT_EQ(reason_of(run(session_cache->authenticate(token))), Reason::kNotSignedIn);
    EXPECT_EQ(session_cache->find(token), std::nullopt);
  }
  EXPECT_EQ(session_cache->size(), 1u) << "unknown tokens take no memory";
}

TEST_F(SessionCacheTest, memory_is_bounded_and_the_session_unused_for_longest_goes) {
  const Person anna = make_person("anna");
  const Person ben = make_person("ben");
  const Person carl = make_person("carl");
  SessionCache cache(*store, clock, 2);
  (void)run(cache.authenticate(anna.token));
  (void)run(cache.authenticate(ben.token));
  (void)cache.find(anna.token);
  (void)run(cache.authenticate(carl.token));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_TRUE(cache.find(anna.token).has_value());
  EXPECT_FALSE(cache.find(ben.token).has_value());
  EXPECT_EQ(run(cache.authenticate(ben.token)), ben.caller) << "it is read again";
}

TEST_F(SessionCacheTest, a_read_begun_before_a_revocation_does_not_bring_the_session_back) {
  const Person anna = make_person("anna");
  const Person phone = sign_in("anna");
  SessionCache cache(*store, clock, 10);
  // The read's answer waits in the loop while the session ends.
  const auto answer = loop.start(cache.authenticate(phone.token));
  v1::RevokeSessionRequest request;
  request.set_session_id(ids.encode(phone.caller.device));
  std::optional<Result<v1::RevokeSessionResponse>> revoked;
  testing::Loop other;
  revoked = other.run(sessions->revoke_session(anna.caller, request));
  ASSERT_TRUE(revoked->has_value());
  cache.revoke(phone.caller.device);
  loop.run_until([&] { return answer->has_value(); });
  EXPECT_EQ(reason_of(**answer), Reason::kSessionRevoked);
  EXPECT_EQ(cache.find(phone.token), std::nullopt);
}

TEST_F(SessionCacheTest, forgetting_a_user_reads_all_that_users_sessions_anew) {
  const Person anna = make_person("anna");
  const Person phone = sign_in("anna");
  const Person ben = make_person("ben");
  session_cache->forget_user(anna.caller.user);
  EXPECT_FALSE(session_cache->find(anna.token).has_value());
  EXPECT_FALSE(session_cache->find(phone.token).has_value());
  EXPECT_TRUE(session_cache->find(ben.token).has_value());
}

TEST_F(SessionCacheTest, uses_are_taken_once_and_can_be_given_back) {
  const Person anna = make_person("anna");
  (void)session_cache->take_uses();
  clock.advance(std::chrono::minutes(1));
  (void)session_cache->find(anna.token);
  const auto uses = session_cache->take_uses();
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].device, anna.caller.device);
  EXPECT_EQ(uses[0].at, clock.wall());
  EXPECT_TRUE(session_cache->take_uses().empty());
  session_cache->return_uses(uses);
  EXPECT_EQ(session_cache->take_uses().size(), 1u);
}

}  // namespace
}  // namespace kith::chat
