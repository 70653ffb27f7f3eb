#include "bench/search_probe.hpp"

#include "bench/rpc.hpp"
#include "kith/v1/message.pb.h"
#include "kith/v1/search.pb.h"

namespace kith::bench {
namespace {

namespace v1 = ::kith::v1;

constexpr std::chrono::milliseconds kBetweenProbes{200};
constexpr std::chrono::milliseconds kBetweenQueries{20};
constexpr Duration kGivenUp = std::chrono::minutes(1);

}  // namespace

SearchProbe::SearchProbe(net::ClientOptions options, std::string token, std::string room, const Clock& clock)
    : options_(std::move(options)), token_(std::move(token)), room_(std::move(room)), clock_(clock), thread_([this] {
        run();
      }) {}

SearchProbe::~SearchProbe() { stop(); }

Latencies SearchProbe::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
    ends_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  return lags_;
}

bool SearchProbe::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !ends_.wait_for(lock, time, [this] { return is_ending_; });
}

void SearchProbe::run() {
  for (uint64_t number = 0; pause(kBetweenProbes); ++number) {
    if (!probe(number)) return;
  }
}

bool SearchProbe::probe(uint64_t number) {
  Rpc rpc(options_, token_);
  const std::string word = "zq" + std::to_string(clock_.wall().value) + "x" + std::to_string(number);
  v1::SendMessageRequest send;
  v1::SendMessageResponse sent;
  send.set_room_id(room_);
  send.set_txn_id(word);
  send.mutable_content()->set_text(word);
  if (!rpc.call("MessageService/SendMessage", send, sent)) return false;
  const Instant acknowledged = clock_.now();
  v1::SearchMessagesRequest query;
  query.set_query(word);
  while (clock_.now() - acknowledged < kGivenUp) {
    v1::SearchMessagesResponse hits;
    if (rpc.call("SearchService/SearchMessages", query, hits) && !hits.results().empty()) break;
    if (!pause(kBetweenQueries)) return false;
  }
  lags_.add(clock_.now() - acknowledged);
  return true;
}

}  // namespace kith::bench
