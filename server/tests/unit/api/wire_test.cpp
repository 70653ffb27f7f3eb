#include "api/wire.hpp"

#include <gtest/gtest.h>

#include "kith/v1/message.pb.h"

namespace kith::api {
namespace {

using kith::v1::SendMessageRequest;

TEST(Wire, json_and_binary_carry_the_same) {
  SendMessageRequest request;
  request.set_room_id("r1");
  request.mutable_content()->set_text("Grüße 日本");
  for (const Form form : {Form::kJson, Form::kBinary}) {
    SendMessageRequest back;
    ASSERT_TRUE(decode(form, encode(form, request), back));
    EXPECT_EQ(back.SerializeAsString(), request.SerializeAsString());
  }
}

TEST(Wire, unknown_fields_are_ignored_and_an_empty_json_body_is_an_empty_message) {
  SendMessageRequest request;
  EXPECT_TRUE(decode(Form::kJson, R"({"roomId":"r1","fromTheFuture":{"x":1}})", request));
  EXPECT_EQ(request.room_id(), "r1");
  SendMessageRequest empty;
  EXPECT_TRUE(decode(Form::kJson, "", empty));
}

TEST(Wire, bad_bytes_have_a_numbered_reason) {
  SendMessageRequest request;
  EXPECT_EQ(decode(Form::kJson, "{\"roomId\":", request).error().reason, Reason::kMalformed);
  EXPECT_EQ(decode(Form::kJson, R"({"roomId":7.5e})", request).error().reason, Reason::kMalformed);
  EXPECT_EQ(decode(Form::kJson, R"([])", request).error().reason, Reason::kMalformed);
  EXPECT_EQ(decode(Form::kJson, "{\"roomId\":\"\xff\"}", request).error().reason, Reason::kInvalidUtf8);
  EXPECT_EQ(decode(Form::kBinary, "\x0a\xff", request).error().reason, Reason::kMalformed);
  EXPECT_EQ(decode(Form::kJson, std::string(100'000, '['), request).error().reason, Reason::kMalformed)
      << "depth is bounded";
}

TEST(Wire, an_error_is_a_connect_error_with_our_detail) {
  const Error error{
      .reason = Reason::kLoginBackoff, .message = "Wait \"a\" bit\n", .field = "password", .retry_after_ms = 1500};
  const std::string json = connect_error_json(error, "req1");
  EXPECT_NE(json.find(R"("code":"resource_exhausted")"), std::string::npos);
  EXPECT_NE(json.find(R"("message":"Wait \"a\" bit ")"), std::string::npos);
  EXPECT_NE(json.find(R"("type":"kith.v1.ErrorDetail")"), std::string::npos);
  EXPECT_NE(json.find(R"("reason":"REASON_LOGIN_BACKOFF")"), std::string::npos);
  EXPECT_NE(json.find(R"("retryAfterMs":1500)"), std::string::npos);
  const auto wire = present_error(error, "req1");
  EXPECT_EQ(wire.detail().reason(), kith::v1::REASON_LOGIN_BACKOFF);
  EXPECT_EQ(wire.detail().retry(), kith::v1::RETRY_LATER);
  EXPECT_EQ(wire.detail().field(), "password");
}

TEST(Wire, every_reason_has_a_status_of_its_kind) {
  EXPECT_EQ(http_status(Reason::kNotSignedIn), 401);
  EXPECT_EQ(http_status(Reason::kNotAllowed), 403);
  EXPECT_EQ(http_status(Reason::kRoomNotFound), 404);
  EXPECT_EQ(http_status(Reason::kUnknownMethod), 404);
  EXPECT_EQ(http_status(Reason::kNameTaken), 409);
  EXPECT_EQ(http_status(Reason::kTooLarge), 413);
  EXPECT_EQ(http_status(Reason::kUnsupportedMediaType), 415);
  EXPECT_EQ(http_status(Reason::kRateLimited), 429);
  EXPECT_EQ(http_status(Reason::kStorageFull), 503);
  for (const ReasonRule& rule : kReasonRules) {
    EXPECT_GE(http_status(rule.reason), 400) << rule.name;
    EXPECT_LT(http_status(rule.reason), 600) << rule.name;
  }
}

}  // namespace
}  // namespace kith::api
