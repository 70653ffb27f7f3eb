// Asks, while others put the server under load, how long after its ack a message is found by search.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/time.hpp"
#include "bench/figures.hpp"
#include "net/http_client.hpp"

namespace kith::bench {

/// Runs on a thread of its own from construction to `stop`.
class SearchProbe {
 public:
  /// `token`: of a member of the room.
  SearchProbe(net::ClientOptions options, std::string token, std::string room, const Clock& clock);
  ~SearchProbe();
  SearchProbe(const SearchProbe&) = delete;
  SearchProbe& operator=(const SearchProbe&) = delete;

  /// Ends the probing; the times from ack to hit. A message never found counts as a minute.
  Latencies stop();

 private:
  void run();
  bool probe(uint64_t number);
  /// False if the probing ends before the time is over.
  bool pause(std::chrono::milliseconds time);

  net::ClientOptions options_;
  std::string token_;
  std::string room_;
  const Clock& clock_;
  Latencies lags_;
  std::mutex mutex_;
  std::condition_variable ends_;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace kith::bench
