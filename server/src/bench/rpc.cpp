#include "bench/rpc.hpp"

#include <google/protobuf/message.h>

namespace kith::bench {

Rpc::Rpc(net::ClientOptions options, std::string token)
    : client_(std::move(options)),
      headers_{{"Authorization", "Bearer " + token}, {"Content-Type", "application/proto"}} {}

Result<> Rpc::call(std::string_view method, const google::protobuf::Message& request,
                   google::protobuf::Message& response) {
  const std::string target = "/api/kith.v1." + std::string(method);
  TRY(const net::Response answer, client_.request("POST", target, headers_, request.SerializeAsString()));
  const std::string_view body = answer.body.bytes();
  if (answer.status != 200) return fail(Reason::kInternal, target + ": " + std::string(body));
  if (!response.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return fail(Reason::kMalformed, target + " was answered in another form.");
  }
  return {};
}

}  // namespace kith::bench
