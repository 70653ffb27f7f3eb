// Search at a million messages: what indexing costs, how far the index lags under full ingest, how long searches take.
// Usage: search_bench FOLDER [MESSAGES]. Some 250 MB per million stay in FOLDER; one that has them is only searched.
#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/random.hpp"
#include "chat/search_content.hpp"
#include "chat/search_run.hpp"
#include "kith/v1/types.pb.h"
#include "store/search_follower.hpp"
#include "store/search_text.hpp"
#include "store/sqlite_store.hpp"
#include "text.hpp"

namespace kith {
namespace {

using Seconds = std::chrono::duration<double>;

class BenchClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] UnixMillis wall() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return UnixMillis{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
  }
};

/// CPU time of the calling thread: on a busy machine the truer figure.
double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The words of sample messages by how many of the messages have them.
class Vocabulary {
 public:
  explicit Vocabulary(bench::TextGenerator& texts) {
    constexpr int kSamples = 50'000;
    std::unordered_map<std::string, int> counts;
    store::SearchText parsed;
    for (int i = 0; i < kSamples; ++i) {
      const std::string text = texts.message();
      parsed.parse(text);
      std::set<std::string> words;
      for (const auto& unit : parsed.units()) {
        if (unit.kind == store::UnitKind::kWord && unit.size >= 3) words.emplace(parsed.folded(unit));
      }
      for (const std::string& word : words) ++counts[word];
    }
    for (const auto& [word, count] : counts) {
      const double share = static_cast<double>(count) / kSamples;
      all.push_back(word);
      if (share >= 0.1) common.push_back(word);
      if (share >= 0.005 && share <= 0.02) some.push_back(word);
      if (share <= 0.0005) rare.push_back(word);
    }
    for (auto* list : {&all, &common, &some, &rare}) std::ranges::sort(*list);
  }

  std::vector<std::string> all;
  std::vector<std::string> common;  ///< in a tenth of the messages or more
  std::vector<std::string> some;    ///< in about one of a hundred
  std::vector<std::string> rare;    ///< in one of two thousand or less
};

constexpr int kRooms = 1000;
/// How many of the rooms each caller is in.
constexpr int kRoomsOfCaller[] = {kRooms, 200, 20};

void require(const Result<>& outcome, std::string_view what) {
  if (outcome.has_value()) return;
  fmt::print(stderr, "{}: {}\n", what, outcome.error().message);
  std::exit(1);
}

void write(store::Store& store, store::Store::WriteCommand command) {
  std::promise<Result<>> done;
  store.submit_write(std::move(command), [&](Result<> outcome) { done.set_value(std::move(outcome)); });
  require(done.get_future().get(), "write");
}

void make_rooms(store::Store& store) {
  write(store, [](store::WriteTransaction& transaction) -> Result<> {
    for (int i = 0; i < kRooms; ++i) {
      TRY(const auto room, transaction.insert_room({.name = "room", .name_folded = "room"}));
      for (size_t caller = 0; caller < std::size(kRoomsOfCaller); ++caller) {
        if (i % (kRooms / kRoomsOfCaller[caller]) != 0) continue;
        const model::Member member{.room = room.id, .user = UserId{static_cast<int64_t>(caller) + 1}};
        TRY_VOID(transaction.put_member(member));
      }
    }
    return {};
  });
}

/// Commits the messages, `rate` per second (0: as fast as the store can), in groups of 100 to 1,000.
void ingest(store::Store& store, bench::TextGenerator& texts, SeededRandom& random, size_t count, double rate,
            const std::function<void()>& on_acked) {
  const Instant begin = std::chrono::steady_clock::now();
  constexpr size_t kGroup = 500;
  std::atomic<size_t> in_flight{0};
  for (size_t done = 0; done < count; done += kGroup) {
    std::vector<std::pair<RoomId, std::string>> group;
    for (size_t i = 0; i < kGroup; ++i) {
      kith::v1::MessageContent content;
      content.set_text(texts.message());
      group.emplace_back(RoomId{1 + static_cast<int64_t>(random.below(kRooms))}, content.SerializeAsString());
    }
    in_flight.wait(2);
    ++in_flight;
    store.submit_write(
        [group = std::move(group)](store::WriteTransaction& transaction) -> Result<> {
          for (const auto& [room, content] : group) {
            TRY_VOID(transaction.append(room, {.flags = model::kCountable,
                                               .sender = UserId{1 + static_cast<int64_t>(content.size()) % 1000},
                                               .content = content}));
          }
          return {};
        },
        [&](const Result<>& outcome) {
          require(outcome, "append");
          on_acked();
          --in_flight;
          in_flight.notify_one();
        });
    if (rate > 0)
      std::this_thread::sleep_until(
          begin + std::chrono::duration_cast<Duration>(Seconds(static_cast<double>(done + kGroup) / rate)));
  }
  while (in_flight.load() != 0) in_flight.wait(in_flight.load());
}

/// Watches how long after its ack an event is in the index.
class LagWatch {
 public:
  explicit LagWatch(const store::SearchIndex& index) : index_(index), thread_([this] { run(); }) {}
  ~LagWatch() {
    is_stopping_ = true;
    thread_.join();
  }
  void committed(Pos head) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(head, std::chrono::steady_clock::now());
  }
  /// The longest lag since the last call, in milliseconds.
  double take_longest() {
    const std::lock_guard lock(mutex_);
    return std::exchange(longest_ms_, 0);
  }
  void wait_until_empty() {
    while (true) {
      {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty()) return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

 private:
  void run() {
    while (!is_stopping_) {
      {
        const std::lock_guard lock(mutex_);
        const Instant now = std::chrono::steady_clock::now();
        while (!waiting_.empty() && waiting_.front().first <= index_.position()) {
          longest_ms_ = std::max(longest_ms_, 1000 * Seconds(now - waiting_.front().second).count());
          waiting_.pop_front();
        }
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  const store::SearchIndex& index_;
  std::mutex mutex_;
  std::deque<std::pair<Pos, Instant>> waiting_;
  double longest_ms_ = 0;
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

struct Bench {
  chat::Context context;
  store::SearchIndex& index;
  SeededRandom random{11};

  /// Searches on a reader thread; times run_search alone, without the way to the thread and back.
  void measure(std::string_view name, UserId caller, const std::function<std::string()>& query, bool in_one_room,
               int runs = 300) {
    std::vector<double> times;
    std::vector<double> cpu;
    size_t results = 0;
    for (int i = 0; i < runs; ++i) {
      kith::v1::SearchMessagesRequest request;
      request.set_query(query());
      if (in_one_room) {
        const int every = kRooms / kRoomsOfCaller[caller.value - 1];
        request.add_room_ids(
            context.ids.encode(RoomId{1 + every * static_cast<int64_t>(random.below(kRooms / every))}));
      }
      auto order = chat::check_search(context, caller, request);
      if (!order) continue;
      std::promise<Result<>> done;
      context.store.submit_read(
          [&](store::ReadTransaction& transaction) -> Result<> {
            const Instant begin = std::chrono::steady_clock::now();
            const double cpu_begin = thread_cpu_seconds();
            TRY(const auto response, chat::run_search(context, index, transaction, *order));
            times.push_back(1000 * Seconds(std::chrono::steady_clock::now() - begin).count());
            cpu.push_back(1000 * (thread_cpu_seconds() - cpu_begin));
            results += static_cast<size_t>(response.results_size());
            return {};
          },
          [&](Result<> outcome) { done.set_value(std::move(outcome)); });
      require(done.get_future().get(), name);
    }
    if (times.empty()) return;
    std::ranges::sort(times);
    std::ranges::sort(cpu);
    fmt::print("{:46} {:8.3f} {:8.3f} {:8.3f} {:8.3f} {:8.1f}\n", name, times[times.size() / 2],
               times[times.size() * 99 / 100], cpu[cpu.size() / 2], cpu[cpu.size() * 99 / 100],
               static_cast<double>(results) / static_cast<double>(times.size()));
  }
};

void measure_searches(Bench& bench, const Vocabulary& vocabulary) {
  fmt::print("{:46} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "milliseconds", "p50", "p99", "cpu p50", "cpu p99", "results");
  const auto any = [&](const std::vector<std::string>& words) { return words[bench.random.below(words.size())]; };
  const auto quoted = [](const std::string& word) { return '"' + word + '"'; };
  const std::pair<const char*, std::function<std::string()>> queries[] = {
      {"common word, exact", [&] { return quoted(any(vocabulary.common)); }},
      {"common word", [&] { return any(vocabulary.common); }},
      {"1 % word, exact", [&] { return quoted(any(vocabulary.some)); }},
      {"1 % word", [&] { return any(vocabulary.some); }},
      {"rare word, exact", [&] { return quoted(any(vocabulary.rare)); }},
      {"rare word", [&] { return any(vocabulary.rare); }},
      {"common and 1 % word", [&] { return any(vocabulary.common) + " " + any(vocabulary.some); }},
      {"beginning of 1 letter", [&] { return any(vocabulary.all).substr(0, 1); }},
      {"beginning of 2 letters", [&] { return any(vocabulary.all).substr(0, 2); }},
      {"beginning of 3 letters", [&] { return any(vocabulary.all).substr(0, 3); }},
      {"beginning of 4 letters", [&] { return any(vocabulary.all).substr(0, 4); }},
      {"phrase of common words", [&] { return quoted(any(vocabulary.common) + " " + any(vocabulary.common)); }},
  };
  for (size_t caller = 0; caller < std::size(kRoomsOfCaller); ++caller) {
    const UserId user{static_cast<int64_t>(caller) + 1};
    for (const auto& [name, query] : queries) {
      bench.measure(fmt::format("everywhere, {} rooms: {}", kRoomsOfCaller[caller], name), user, query, false);
    }
  }
  for (const auto& [name, query] : queries) bench.measure(fmt::format("one room: {}", name), UserId{2}, query, true);
}

int64_t file_bytes(const std::filesystem::path& folder) {
  int64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("search.db")) bytes += static_cast<int64_t>(entry.file_size());
  }
  return bytes;
}

store::ExtractSearchableText extractor(const chat::IdCodec& ids) {
  return [&ids](const model::StoredEvent& event) { return chat::searchable_text(ids, event); };
}

/// Ingests all messages at growing rates while the follower's thread indexes them.
void fill(store::SqliteStore& store, store::SearchIndex& index, const chat::IdCodec& ids, const Clock& clock,
          bench::TextGenerator& texts, size_t count) {
  make_rooms(store);
  SeededRandom random(2);
  store::SearchFollower follower(index, store.search_source(), extractor(ids), clock);
  LagWatch lag(index);
  const auto on_acked = [&] {
    lag.committed(store.durable_head());
    follower.wake();
  };
  follower.start();
  for (const auto& [rate, part] :
       {std::pair{1000.0, count / 100}, std::pair{20'000.0, count / 10}, std::pair{50'000.0, count / 4},
        std::pair{0.0, count - count / 100 - count / 10 - count / 4}}) {
    const Instant begin = std::chrono::steady_clock::now();
    ingest(store, texts, random, part, rate, on_acked);
    const double seconds = Seconds(std::chrono::steady_clock::now() - begin).count();
    lag.wait_until_empty();
    fmt::print("ingest {:7.0f} messages/s for {:4.1f} s: longest lag {:.0f} ms\n", static_cast<double>(part) / seconds,
               seconds, lag.take_longest());
  }
  follower.stop();
}

/// The cost of indexing alone: the whole index once more, on this thread.
void measure_indexing(store::SqliteStore& store, store::SearchIndex& index, const chat::IdCodec& ids,
                      const Clock& clock, size_t count) {
  require(index.reset(), "reset");
  store::SearchFollower follower(index, store.search_source(), extractor(ids), clock);
  const double cpu = thread_cpu_seconds();
  double longest_step = 0;
  while (true) {
    const double step_begin = thread_cpu_seconds();
    const auto more = follower.step();
    longest_step = std::max(longest_step, thread_cpu_seconds() - step_begin);
    if (!more) require(std::unexpected(more.error()), "step");
    if (!*more) break;
  }
  fmt::print("index: {:.2f} us CPU per message, the longest batch of 10,000 {:.0f} ms CPU\n",
             1e6 * (thread_cpu_seconds() - cpu) / static_cast<double>(count), 1e3 * longest_step);
}

int run(const std::filesystem::path& folder, size_t count) {
  const BenchClock clock;
  SystemRandom system_random;
  const Limits limits;
  const chat::IdCodec ids(chat::IdCodec::Key{1, 2, 3});
  const bool is_filled = std::filesystem::exists(folder / "search.db");
  const auto open_index = [&] {
    auto opened = store::SearchIndex::open((folder / "search.db").string(), chat::search_version());
    if (!opened) require(std::unexpected(opened.error()), "index");
    return *std::move(opened);
  };
  auto index = open_index();
  auto opened = store::SqliteStore::open({.path = (folder / "kith.db").string(),
                                          .clock = clock,
                                          .random = system_random,
                                          .limits = limits,
                                          .on_committed = [](const std::vector<model::Publication>&) {}});
  if (!opened) require(std::unexpected(opened.error()), "store");
  auto& store = **opened;
  bench::TextGenerator texts(1);
  if (!is_filled) {
    fill(store, *index, ids, clock, texts, count);
    measure_indexing(store, *index, ids, clock, count);
    index.reset();
    index = open_index();  // closing the last connection empties the write-ahead log
    fmt::print("index: {:.1f} bytes per message\n",
               static_cast<double>(file_bytes(folder)) / static_cast<double>(count));
  }
  const Vocabulary vocabulary(texts);
  Bench bench{.context = {.store = store, .ids = ids, .limits = limits, .clock = clock}, .index = *index};
  measure_searches(bench, vocabulary);
  return 0;
}

}  // namespace
}  // namespace kith

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: search_bench FOLDER [MESSAGES]\n");
    return 2;
  }
  return kith::run(argv[1], argc > 2 ? std::stoul(argv[2]) : 1'000'000);
}
