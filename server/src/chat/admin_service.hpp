// Administration beside the server's name and policy: what only the owner and administrators may ask.
#pragma once

#include <atomic>
#include <functional>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/caller.hpp"
#include "chat/context.hpp"
#include "kith/v1/admin.pb.h"

namespace kith::chat {

namespace v1 = ::kith::v1;

/// AdminService's calls. Callable from any thread.
class AdminService {
 public:
  /// Asks the ports of calls; blocks for seconds.
  using PortCheck = std::function<v1::CheckCallPortsResponse()>;

  /// `port_checks` is where checks run, one at a time; it outlives the service.
  AdminService(const Context& context, Executor& port_checks, PortCheck check_ports)
      : context_(context), port_checks_(port_checks), check_ports_(std::move(check_ports)) {}

  /// Owner and admins. Errors: kNotAllowed, kBusy while another check runs.
  Task<Result<v1::CheckCallPortsResponse>> check_call_ports(Caller caller, v1::CheckCallPortsRequest request);

 private:
  Context context_;
  Executor& port_checks_;
  PortCheck check_ports_;
  std::atomic<bool> is_checking_ = false;
};

}  // namespace kith::chat
