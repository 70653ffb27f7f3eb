// Measures the embedded store against the plain table it replaces, in one process and interleaved: messages stored per
// second in groups, bytes on disk before and after packing, reading the last 50 of a random room, starting again.
//
//   store_ingest FOLDER [MESSAGES=1000000] [GROUP=100] [ROOMS=1000] [ROUNDS=3]
#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "store/sqlite_store.hpp"
#include "text.hpp"

namespace {

using namespace kith;
using SteadyClock = std::chrono::steady_clock;

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return SteadyClock::now(); }
  [[nodiscard]] UnixMillis wall() const override {
    return {std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }
};

struct Plan {
  std::string folder;
  size_t messages = 1'000'000;
  size_t group = 100;
  size_t rooms = 1'000;
  size_t rounds = 3;
};

constexpr size_t kMembers = 20;  // of each room, among a thousand users

struct Send {
  size_t room = 0;
  int64_t user = 0;
  std::string text;
};

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + time.tv_usec * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

uint64_t bytes_of(const std::string& file) {
  uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(file + suffix, missing);
    if (!missing) bytes += size;
  }
  return bytes;
}

// Made before the clock runs, a part at a time: generating text must not be measured.
std::vector<Send> make_sends(bench::TextGenerator& text, const Plan& plan, size_t count) {
  std::vector<Send> sends;
  sends.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t room = text.below(plan.rooms);
    const auto user = static_cast<int64_t>(1 + (room * 7 + text.below(kMembers) * 13) % 1'000);
    sends.push_back({.room = room, .user = user, .text = text.message()});
  }
  return sends;
}

struct Measure {
  double seconds = 0;
  double cpu = 0;
  size_t messages = 0;
  void print(const char* name) const {
    std::printf("%-28s %8.1f k/s  %6.2f us CPU per message\n", name, static_cast<double>(messages) / seconds / 1e3,
                cpu / static_cast<double>(messages) * 1e6);
  }
};

class PlainTable {
 public:
  explicit PlainTable(const std::string& file) {
    sqlite3_open(file.c_str(), &db_);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144; PRAGMA wal_autocheckpoint=8000;"
        "CREATE TABLE message(room, seq, sender, at, text, PRIMARY KEY(room, seq)) WITHOUT ROWID;");
    sqlite3_prepare_v2(db_, "INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5)", -1, &insert_, nullptr);
  }
  void empty_wal() { run("PRAGMA wal_checkpoint(TRUNCATE)"); }
  ~PlainTable() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  void store(const std::vector<Send>& sends, const Plan& plan, Measure& measure) {
    seqs_.resize(plan.rooms);
    const auto start = SteadyClock::now();
    const double cpu = cpu_seconds();
    for (size_t begin = 0; begin < sends.size(); begin += plan.group) {
      run("BEGIN IMMEDIATE");
      for (size_t i = begin; i < std::min(begin + plan.group, sends.size()); ++i) {
        sqlite3_bind_int64(insert_, 1, static_cast<int64_t>(sends[i].room));
        sqlite3_bind_int64(insert_, 2, ++seqs_[sends[i].room]);
        sqlite3_bind_int64(insert_, 3, sends[i].user);
        sqlite3_bind_int64(insert_, 4, 1'700'000'000'000 + static_cast<int64_t>(measure.messages));
        sqlite3_bind_text(insert_, 5, sends[i].text.data(), static_cast<int>(sends[i].text.size()), SQLITE_STATIC);
        sqlite3_step(insert_);
        sqlite3_reset(insert_);
      }
      run("COMMIT");
    }
    measure.seconds += seconds_since(start);
    measure.cpu += cpu_seconds() - cpu;
    measure.messages += sends.size();
  }

 private:
  void run(const char* sql) { sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); }
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::vector<int64_t> seqs_;
};

class OurStore {
 public:
  OurStore(const std::string& file, const Plan& plan) : plan_(plan) {
    limits_.writer_batch_commands = plan.group;
    open(file);
  }
  void open(const std::string& file) {
    auto opened = store::SqliteStore::open({.path = file, .clock = clock_, .random = random_, .limits = limits_});
    if (!opened.has_value()) {
      std::fprintf(stderr, "%s\n", opened.error().message.c_str());
      std::exit(1);
    }
    store_ = std::move(*opened);
  }
  void close() { store_ = nullptr; }
  store::SqliteStore& store() { return *store_; }
  [[nodiscard]] RoomId room(size_t index) const { return rooms_[index]; }

  void create_rooms() {
    std::latch done(1);
    store_->submit_write(
        [this](store::WriteTransaction& t) -> Result<> {
          for (size_t i = 0; i < plan_.rooms; ++i) {
            TRY(const auto room, t.insert_room({.kind = model::RoomKind::kPrivate, .name = "room"}));
            rooms_.push_back(room.id);
            for (size_t member = 0; member < kMembers; ++member) {
              const auto user = static_cast<int64_t>(1 + (i * 7 + member * 13) % 1'000);
              TRY_VOID(t.put_member({.room = room.id, .user = UserId{user}}));
            }
          }
          return {};
        },
        [&](Result<>) { done.count_down(); });
    done.wait();
  }

  // Keeps three groups of sends waiting, so that each group is full; a send asks what a real one asks.
  void store_all(std::vector<Send>& sends, Measure& measure) {
    std::atomic<size_t> acked = 0;
    const auto start = SteadyClock::now();
    const double cpu = cpu_seconds();
    size_t submitted = 0;
    for (Send& send : sends) {
      while (submitted - acked.load() >= plan_.group * 3) {
        const size_t seen = acked.load();
        if (submitted - seen >= plan_.group * 3) acked.wait(seen);
      }
      const RoomId room = rooms_[send.room];
      const uint64_t tag = ++tag_ * 0x9E3779B97F4A7C15ULL;
      store_->submit_write(
          [room, tag, &send](store::WriteTransaction& t) -> Result<> {
            TRY(const auto sent, t.find_sent(DeviceId{send.user}, tag));
            if (sent.has_value()) return {};
            TRY(const auto member, t.member(room, UserId{send.user}));
            if (!member.has_value()) return fail(Reason::kNotMember, "No.");
            TRY_VOID(t.append(room, {.kind = model::EventKind::kMessage,
                                     .flags = model::kCountable,
                                     .sender = UserId{send.user},
                                     .device = DeviceId{send.user},
                                     .txn_tag = tag,
                                     .content = std::move(send.text)}));
            return {};
          },
          [&](Result<> outcome) {
            if (!outcome.has_value()) std::exit(2);
            // The last of a group wakes the sender: one wake per group, as in the server.
            if (acked.fetch_add(1) % plan_.group == plan_.group - 1) acked.notify_one();
          });
      ++submitted;
    }
    while (acked.load() < submitted) {
      const size_t seen = acked.load();
      if (seen < submitted && submitted - seen > plan_.group) acked.wait(seen);
    }
    measure.seconds += seconds_since(start);
    measure.cpu += cpu_seconds() - cpu;
    measure.messages += sends.size();
  }

 private:
  Plan plan_;
  SystemClock clock_;
  SystemRandom random_;
  Limits limits_;
  std::unique_ptr<store::SqliteStore> store_;
  std::vector<RoomId> rooms_;
  uint64_t tag_ = 0;
};

// Last 50 of random rooms below the tail, as a scrolling client asks; `tail`: the newest ones from memory.
void measure_reads(OurStore& ours, const Plan& plan, bool tail) {
  constexpr size_t kReads = 20'000;
  bench::TextGenerator random(99);
  std::vector<double> times;
  const auto start = SteadyClock::now();
  const double cpu = cpu_seconds();
  if (tail) {
    size_t seen = 0;
    for (size_t i = 0; i < kReads * 10; ++i) seen += ours.store().tail(ours.room(random.below(plan.rooms)))->size();
    std::printf("tails from memory            %8.1f k/s (%zu events each)\n",
                static_cast<double>(kReads) * 10 / seconds_since(start) / 1e3, seen / kReads / 10);
    return;
  }
  std::latch done(1);
  ours.store().submit_read(
      [&](store::ReadTransaction& t) -> Result<> {
        for (size_t i = 0; i < kReads; ++i) {
          const RoomId room = ours.room(random.below(plan.rooms));
          const Seq last = t.head(room)->last_seq;
          const Seq to = last > 114 ? 50 + random.below(last - 114) : last;
          const auto one = SteadyClock::now();
          const auto events = t.events(room, 1, to, 50, store::EventReader::Direction::kBackward);
          times.push_back(seconds_since(one) * 1e6);
          if (!events.has_value() || events->size() != std::min<Seq>(50, to)) std::exit(3);
        }
        return {};
      },
      [&](Result<>) { done.count_down(); });
  done.wait();
  const double used = cpu_seconds() - cpu;
  std::sort(times.begin(), times.end());
  std::printf("50 of a random room          %8.1f k/s per core, p50 %.0f us, p99 %.0f us\n",
              static_cast<double>(kReads) / used / 1e3, times[kReads / 2], times[kReads * 99 / 100]);
}

void measure_start(OurStore& ours, const std::string& file) {
  ours.close();
  const auto start = SteadyClock::now();
  ours.open(file);
  std::printf("start                        %8.3f s (%llu log rows)\n", seconds_since(start),
              static_cast<unsigned long long>(ours.store().metrics().log_rows));
}

void run(const Plan& plan) {
  const std::string plain_file = plan.folder + "/plain.db";
  const std::string our_file = plan.folder + "/kith.db";
  bench::TextGenerator text(7);
  PlainTable plain(plain_file);
  OurStore ours(our_file, plan);
  ours.create_rooms();
  Measure plain_all;
  Measure our_all;
  uint64_t text_bytes = 0;
  const size_t part = std::min<size_t>(plan.messages, 50'000);
  const size_t plain_most = std::min<size_t>(plan.messages, 400'000);  // the plain table slows down: spare the reader
  for (size_t done = 0; done < plan.messages; done += part) {
    std::vector<Send> sends = make_sends(text, plan, part);
    for (const Send& send : sends) text_bytes += send.text.size();
    Measure plain_part;
    Measure our_part;
    if (done < plain_most) plain.store(sends, plan, plain_part);
    ours.store_all(sends, our_part);
    for (auto [all, one] : {std::pair{&plain_all, &plain_part}, std::pair{&our_all, &our_part}}) {
      all->seconds += one->seconds;
      all->cpu += one->cpu;
      all->messages += one->messages;
    }
    if (std::getenv("VERBOSE") != nullptr) our_part.print("  part");
  }
  plain_all.print("plain table");
  our_all.print("kith store");
  std::printf("ratio                        %8.2f\n",
              our_all.messages / our_all.seconds / (plain_all.messages / plain_all.seconds));
  const auto count = static_cast<double>(our_all.messages);
  std::printf("text                         %8.1f B per message\n", static_cast<double>(text_bytes) / count);
  plain.empty_wal();
  std::printf("plain table                  %8.1f B per message\n",
              static_cast<double>(bytes_of(plain_file)) / static_cast<double>(plain_all.messages));
  measure_start(ours, our_file);
  std::printf("kith store                   %8.1f B per message, as left by the load\n",
              static_cast<double>(std::filesystem::file_size(our_file)) / count);
  measure_reads(ours, plan, false);
  measure_reads(ours, plan, true);
  if (!ours.store().pack_now().has_value()) std::exit(4);
  if (!ours.store().finish_erasure().has_value()) std::exit(5);
  std::printf("kith store                   %8.1f B per message, all packed\n",
              static_cast<double>(std::filesystem::file_size(our_file)) / count);
  measure_reads(ours, plan, false);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: store_ingest FOLDER [MESSAGES] [GROUP] [ROOMS] [ROUNDS]\n");
    return 2;
  }
  const auto number = [&](int index, size_t otherwise) {
    return argc > index ? static_cast<size_t>(std::strtoull(argv[index], nullptr, 10)) : otherwise;
  };
  Plan plan{.folder = argv[1],
            .messages = number(2, 1'000'000),
            .group = number(3, 100),
            .rooms = number(4, 1'000),
            .rounds = number(5, 1)};
  for (size_t round = 1; round <= plan.rounds; ++round) {
    const std::string folder = plan.folder + "/round-" + std::to_string(round);
    std::filesystem::create_directories(folder);
    Plan one = plan;
    one.folder = folder;
    run(one);
    std::filesystem::remove_all(folder);
  }
  return 0;
}
