// Calls of the API over HTTP, in binary, one after another on one connection.
#pragma once

#include <string>

#include "base/result.hpp"
#include "net/http_client.hpp"

namespace google::protobuf {
class Message;
}

namespace kith::bench {

class Rpc {
 public:
  /// `token`: of the session that calls.
  Rpc(net::ClientOptions options, std::string token);

  /// `method`: "MessageService/ListMessages". Errors: those of the client; kInternal with the server's answer.
  Result<> call(std::string_view method, const google::protobuf::Message& request, google::protobuf::Message& response);

 private:
  net::HttpClient client_;
  net::Headers headers_;
};

}  // namespace kith::bench
