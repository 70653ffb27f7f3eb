// The floor for storing: bare SQLite inserting rows in groups, durable (WAL, synchronous=FULL), on one thread.
// Usage: reference_insert DATABASE keyed|log GROUP SECONDS [BYTES]. keyed: a table keyed (room, seq), the obvious one;
// log: a table that only grows at its end, so that a group of 1 is the price of one commit.
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

namespace {

constexpr int64_t kRooms = 1000;
constexpr const char* kSetup =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144; PRAGMA wal_autocheckpoint=8000;"
    "CREATE TABLE keyed(room INTEGER, seq INTEGER, sender INTEGER, at INTEGER, text TEXT, PRIMARY KEY(room, seq))"
    " WITHOUT ROWID; CREATE TABLE log(pos INTEGER PRIMARY KEY, room INTEGER, seq INTEGER, sender INTEGER, at INTEGER,"
    " text TEXT);";

using Clock = std::chrono::steady_clock;

void check(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  std::fprintf(stderr, "%s\n", sqlite3_errmsg(database));
  std::exit(1);
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double percentile(std::vector<double>& values, double share) {
  const auto at = static_cast<size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 1;
  const bool is_keyed = std::string(argv[2]) == "keyed";
  const int group = std::atoi(argv[3]);
  const double seconds = std::atof(argv[4]);
  const std::string filling(argc > 5 ? std::stoul(argv[5]) : 123, 'x');
  sqlite3* database = nullptr;
  check(sqlite3_open(argv[1], &database), database);
  check(sqlite3_exec(database, kSetup, nullptr, nullptr, nullptr), database);
  sqlite3_stmt* insert = nullptr;
  const char* sql = is_keyed ? "INSERT INTO keyed VALUES(?1, ?2, ?3, ?4, ?5)"
                             : "INSERT INTO log(room, seq, sender, at, text) VALUES(?1, ?2, ?3, ?4, ?5)";
  check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &insert, nullptr), database);
  std::vector<int64_t> seqs(kRooms);
  std::vector<double> commits;
  std::minstd_rand random(1);
  uint64_t rows = 0;
  const double cpu_before = cpu_seconds();
  const Clock::time_point begun = Clock::now();
  while (Clock::now() - begun < std::chrono::duration<double>(seconds)) {
    const Clock::time_point group_begun = Clock::now();
    check(sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), database);
    for (int i = 0; i < group; ++i, ++rows) {
      const auto room = static_cast<int64_t>(random() % kRooms);
      sqlite3_bind_int64(insert, 1, room);
      sqlite3_bind_int64(insert, 2, ++seqs[static_cast<size_t>(room)]);
      sqlite3_bind_int64(insert, 3, static_cast<int64_t>(random() % 1000));
      sqlite3_bind_int64(insert, 4, static_cast<int64_t>(rows));
      sqlite3_bind_text(insert, 5, filling.data(), static_cast<int>(filling.size()), SQLITE_STATIC);
      check(sqlite3_step(insert), database);
      sqlite3_reset(insert);
    }
    check(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr), database);
    commits.push_back(std::chrono::duration<double, std::micro>(Clock::now() - group_begun).count());
  }
  const double wall = std::chrono::duration<double>(Clock::now() - begun).count();
  const double cpu = cpu_seconds() - cpu_before;
  std::printf(
      "{\"rows_per_second\": %.1f, \"cpu_us_per_row\": %.3f, \"commit_p50_us\": %.1f, \"commit_p99_us\": %.1f}\n",
      static_cast<double>(rows) / wall, cpu * 1e6 / static_cast<double>(rows), percentile(commits, 0.5),
      percentile(commits, 0.99));
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return 0;
}
