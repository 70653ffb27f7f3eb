#include "bench/reads.hpp"

#include "base/random.hpp"
#include "bench/rpc.hpp"
#include "bench/sample_text.hpp"
#include "kith/v1/message.pb.h"
#include "kith/v1/search.pb.h"
#include "kith/v1/sync.pb.h"

namespace kith::bench {
namespace {

constexpr int kWarmUpCalls = 50;
constexpr int kStarts = 5;

/// Calls again and again for a while; puts latency and the server's CPU time per call under the name.
Result<> measure_calls(Setup& setup, double time, const std::string& name, const std::function<Result<>()>& call,
                       Figures& figures) {
  for (int i = 0; i < kWarmUpCalls; ++i) TRY_VOID(call());
  Latencies times;
  const uint64_t cpu_before = cpu_time(setup.server().pid()).total;
  const Instant end = setup.now() + seconds(time);
  while (setup.now() < end) {
    const Instant begun = setup.now();
    TRY_VOID(call());
    times.add(setup.now() - begun);
  }
  const double cpu = static_cast<double>(cpu_time(setup.server().pid()).total - cpu_before);
  figures.put(name, times);
  figures.put(name + "_cpu_us", cpu / 1000 / static_cast<double>(times.size()));
  figures.put(name + "_per_second_and_core", 1e9 * static_cast<double>(times.size()) / cpu);
  return {};
}

Rpc first_user(Setup& setup) { return {setup.loop().options(), setup.tokens()[0]}; }

Result<std::vector<std::string>> rooms_of(Rpc& rpc) {
  v1::SyncResponse response;
  TRY_VOID(rpc.call("SyncService/Sync", v1::SyncRequest(), response));
  std::vector<std::string> rooms;
  for (const v1::RoomSync& room : response.rooms()) rooms.push_back(room.entry().room().id());
  if (rooms.empty()) return fail(Reason::kInternal, "The first user has no room.");
  return rooms;
}

/// Words of stored messages, from all over the history: some are common, some are rare, as people search.
Result<std::vector<std::string>> words_of(Rpc& rpc, const std::vector<std::string>& rooms) {
  constexpr size_t kLetters = 4;
  std::vector<std::string> words;
  for (const std::string& room : rooms) {
    v1::ListMessagesRequest request;
    request.set_room_id(room);
    request.set_limit(100);
    v1::ListMessagesResponse response;
    TRY_VOID(rpc.call("MessageService/ListMessages", request, response));
    for (const v1::Message& message : response.messages()) {
      std::string word;
      for (const char c : message.content().text() + " ") {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
          word += c;
        } else {
          if (word.size() >= kLetters) words.push_back(word);
          word.clear();
        }
      }
    }
  }
  if (words.empty()) return fail(Reason::kInternal, "There is no text to search: run `kith bench ingest` first.");
  return words;
}

}  // namespace

Result<Figures> measure_history(const CommonOptions& common, const ReadOptions& options) {
  TRY(const auto setup, Setup::create(common, busy_world(options.world)));
  Rpc rpc = first_user(*setup);
  TRY(const auto rooms, rooms_of(rpc));
  SeededRandom random(5);
  Figures figures;
  uint64_t messages = 0;
  uint64_t calls = 0;
  const auto list = [&](bool is_newest) -> Result<> {
    v1::ListMessagesRequest request;
    request.set_room_id(rooms[random.below(rooms.size())]);
    request.set_limit(options.page);
    if (!is_newest) request.set_around_seq(1 + random.below(500));
    v1::ListMessagesResponse response;
    TRY_VOID(rpc.call("MessageService/ListMessages", request, response));
    messages += static_cast<uint64_t>(response.messages_size());
    ++calls;
    return {};
  };
  TRY_VOID(measure_calls(
      *setup, common.seconds, "newest", [&] { return list(true); }, figures));
  TRY_VOID(measure_calls(
      *setup, common.seconds, "around", [&] { return list(false); }, figures));
  figures.put("messages_per_page", static_cast<double>(messages) / static_cast<double>(calls));
  return figures;
}

Result<Figures> measure_search(const CommonOptions& common, const ReadOptions& options) {
  TRY(const auto setup, Setup::create(common, busy_world(options.world)));
  Rpc rpc = first_user(*setup);
  TRY(const auto rooms, rooms_of(rpc));
  TRY(const auto words, words_of(rpc, rooms));
  SeededRandom random(6);
  Figures figures;
  uint64_t hits = 0;
  const auto search = [&](const std::string& word, bool in_one_room) -> Result<> {
    v1::SearchMessagesRequest request;
    request.set_query(word);
    request.set_limit(20);
    if (in_one_room) request.add_room_ids(rooms[random.below(rooms.size())]);
    v1::SearchMessagesResponse response;
    TRY_VOID(rpc.call("SearchService/SearchMessages", request, response));
    hits += static_cast<uint64_t>(response.results_size());
    return {};
  };
  const auto any_word = [&] { return words[random.below(words.size())]; };
  const auto measure = [&](const std::string& name, const std::function<Result<>()>& call) -> Result<> {
    hits = 0;
    TRY_VOID(measure_calls(*setup, common.seconds, name, call, figures));
    figures.put(name + "_hits", static_cast<double>(hits));
    return {};
  };
  TRY_VOID(measure("one_room", [&] { return search(any_word(), true); }));
  TRY_VOID(measure("everywhere", [&] { return search(any_word(), false); }));
  TRY_VOID(measure("common_word", [&] { return search("the", false); }));
  return figures;
}

Result<Figures> measure_open(const CommonOptions& common, const ReadOptions& options) {
  TRY(const auto setup, Setup::create(common, busy_world(options.world)));
  Rpc rpc = first_user(*setup);
  TRY(const auto rooms, rooms_of(rpc));
  Figures figures;
  figures.put("rooms", static_cast<double>(rooms.size()));
  size_t bytes = 0;
  std::string token;
  const auto sync = [&](const std::string& from) -> Result<> {
    v1::SyncRequest request;
    request.set_token(from);
    v1::SyncResponse response;
    TRY_VOID(rpc.call("SyncService/Sync", request, response));
    bytes = response.ByteSizeLong();
    token = response.token();
    return {};
  };
  TRY_VOID(measure_calls(
      *setup, common.seconds, "first_sync", [&] { return sync(""); }, figures));
  figures.put("first_sync_bytes", static_cast<double>(bytes));
  TRY_VOID(measure_calls(
      *setup, common.seconds, "resume", [&] { return sync(token); }, figures));
  figures.put("resume_bytes", static_cast<double>(bytes));
  return figures;
}

Result<Figures> measure_start(const CommonOptions& common, const ReadOptions& options) {
  TRY(const auto setup, Setup::create(common, busy_world(options.world)));
  Latencies after_stop;
  Latencies after_kill;
  for (int i = 0; i < kStarts; ++i) {
    TRY(const Duration stopped, setup->restart(false));
    after_stop.add(stopped);
    TRY(const Duration killed, setup->restart(true));
    after_kill.add(killed);
  }
  Figures figures;
  figures.put("after_stop", after_stop);
  figures.put("after_kill", after_kill);
  return figures;
}

}  // namespace kith::bench
