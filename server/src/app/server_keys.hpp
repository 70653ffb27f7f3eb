// The secrets of one server: made at the first start, kept among its settings, never shown.
#pragma once

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "call/call_token.hpp"
#include "chat/id_codec.hpp"
#include "chat/sync_token.hpp"
#include "store/store.hpp"

namespace kith::app {

struct ServerKeys {
  chat::IdCodec::Key ids{};
  chat::SyncTokenCodec::Key tokens{};
  call::CallTokenCodec::Key call_tokens{};
};

/// Reads the keys, or makes and stores them.
Task<Result<ServerKeys>> load_server_keys(store::Store& store, Random& random);

}  // namespace kith::app
