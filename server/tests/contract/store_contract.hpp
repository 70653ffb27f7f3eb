// What every store must do alike (store/store.hpp). An adapter adds a file that instantiates the suite with its
// factory.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "store/store.hpp"

namespace kith::store::testing {

/// An empty store of its own for one test.
class StoreHome {
 public:
  virtual ~StoreHome() = default;
  /// Opens it, or closes and opens it again; `on_committed` is the hub's ear.
  virtual Store& open(OnCommitted on_committed) = 0;
};

struct StoreAdapter {
  std::string name;
  std::function<std::unique_ptr<StoreHome>()> create_home;
};
/// How a test names its adapter, instead of by its bytes.
inline void PrintTo(const StoreAdapter& adapter, std::ostream* out) { *out << adapter.name; }

class StoreContract : public ::testing::TestWithParam<StoreAdapter> {
 protected:
  void SetUp() override {
    home = GetParam().create_home();
    reopen();
  }
  void reopen() {
    store = &home->open([this](std::vector<model::Publication> publications) {
      for (auto& publication : publications) published.push_back(std::move(publication));
    });
  }
  RoomId create_room();
  model::StoredEvent send(RoomId room, const std::string& content, UserId sender = UserId{1}, uint64_t tag = 0);
  std::vector<model::StoredEvent> history(RoomId room, Seq from, Seq to, size_t limit,
                                          EventReader::Direction direction);

  std::vector<model::Publication> published;  // by the store's thread; read it after reopen()
  std::unique_ptr<StoreHome> home;
  Store* store = nullptr;
};

inline std::string adapter_name(const ::testing::TestParamInfo<StoreAdapter>& info) { return info.param.name; }

}  // namespace kith::store::testing
