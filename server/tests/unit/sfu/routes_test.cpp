#include "sfu/routes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace kith::sfu {
namespace {

rtc::Path path(uint16_t port) { return {.remote = rtc::Endpoint::v4(10, 0, 0, 9, port)}; }

/// Routes only compare participants, they never look into one: distinct addresses are enough.
struct Places {
  std::array<char, 2> bytes{};
  Participant* anna = reinterpret_cast<Participant*>(bytes.data());
  Participant* ben = reinterpret_cast<Participant*>(bytes.data() + 1);
};

TEST(Routes, a_path_leads_to_the_connection_that_proved_to_be_there) {
  Places places;
  Routes routes;
  EXPECT_EQ(routes.find(path(1)), std::nullopt);
  routes.add_path(path(1), {.participant = places.anna, .role = PeerRole::kSubscriber});
  EXPECT_EQ(routes.find(path(1))->participant, places.anna);
  EXPECT_EQ(routes.find(path(1))->role, PeerRole::kSubscriber);
}

TEST(Routes, a_path_that_changes_hands_belongs_to_the_last_who_proved_it) {
  Places places;
  Routes routes;
  routes.add_path(path(1), {.participant = places.anna});
  routes.add_path(path(1), {.participant = places.ben});
  routes.remove(*places.anna);
  EXPECT_EQ(routes.find(path(1))->participant, places.ben);
}

TEST(Routes, who_leaves_leaves_nothing) {
  Places places;
  Routes routes;
  routes.add_path(path(1), {.participant = places.anna});
  routes.add_name("ufrag", {.participant = places.anna});
  routes.add_path(path(2), {.participant = places.ben});
  routes.remove(*places.anna);
  EXPECT_EQ(routes.find(path(1)), std::nullopt);
  EXPECT_EQ(routes.find_by_name("ufrag"), std::nullopt);
  EXPECT_TRUE(routes.find(path(2)).has_value());
}

TEST(Routes, one_path_beyond_the_limit_costs_the_oldest) {
  Places places;
  Routes routes;
  for (uint16_t i = 0; i <= Routes::kPathsMax; ++i) routes.add_path(path(i), {.participant = places.anna});
  EXPECT_EQ(routes.find(path(0)), std::nullopt);
  EXPECT_TRUE(routes.find(path(1)).has_value());
  EXPECT_TRUE(routes.find(path(Routes::kPathsMax)).has_value());
}

TEST(Routes, one_name_beyond_the_limit_costs_the_oldest) {
  Places places;
  Routes routes;
  for (size_t i = 0; i <= Routes::kNamesMax; ++i)
    routes.add_name("u" + std::to_string(i), {.participant = places.anna});
  EXPECT_EQ(routes.find_by_name("u0"), std::nullopt);
  EXPECT_TRUE(routes.find_by_name("u1").has_value());
}

TEST(Routes, a_closed_connection_is_forgotten) {
  Places places;
  Routes routes;
  routes.add_path(path(1), {.participant = places.anna});
  routes.remove_path(path(1));
  EXPECT_EQ(routes.find(path(1)), std::nullopt);
  routes.remove_path(path(1));
}

}  // namespace
}  // namespace kith::sfu
