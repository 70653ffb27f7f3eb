// What every SQL driver must do alike (store/db.hpp). A driver adds a file that instantiates the suite with its
// factory.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "store/db.hpp"

namespace kith::store::testing {

/// A database of its own for one test, empty, and connections to it.
class DbHome {
 public:
  virtual ~DbHome() = default;
  virtual std::unique_ptr<Db> connect() = 0;
};

struct DbDriver {
  std::string name;
  std::function<std::unique_ptr<DbHome>()> create_home;
};
/// How a test names its adapter, instead of by its bytes.
inline void PrintTo(const DbDriver& adapter, std::ostream* out) { *out << adapter.name; }

class DbContract : public ::testing::TestWithParam<DbDriver> {
 protected:
  void SetUp() override {
    home = GetParam().create_home();
    db = home->connect();
  }
  std::unique_ptr<DbHome> home;
  std::unique_ptr<Db> db;
};

inline std::string driver_name(const ::testing::TestParamInfo<DbDriver>& info) { return info.param.name; }

}  // namespace kith::store::testing
