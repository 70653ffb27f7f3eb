#include "chat/permissions.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kith::chat {
namespace {

using model::RoomKind;
using model::RoomRole;

// Rows: role; columns in the order of kAllActions: read, post, call, delete others', invite, remove, set role, update.
struct Row {
  RoomRole role;
  std::string_view group;  ///< private and public rooms
  std::string_view direct;
};
constexpr Row kTable[] = {
    {RoomRole::kOwner, "yyyyyyyy", "yyy....."},
    {RoomRole::kAdmin, "yyyyyyyy", "yyy....."},
    {RoomRole::kMember, "yyy.y...", "yyy....."},
    {RoomRole::kGuest, "yyy.....", "yyy....."},
};

TEST(Permissions, every_cell_of_the_table) {
  for (const Row& row : kTable) {
    for (size_t i = 0; i < std::size(kAllActions); ++i) {
      const Action action = kAllActions[i];
      EXPECT_EQ(is_allowed(RoomKind::kPrivate, row.role, action), row.group[i] == 'y');
      EXPECT_EQ(is_allowed(RoomKind::kPublic, row.role, action), row.group[i] == 'y');
      EXPECT_EQ(is_allowed(RoomKind::kDirect, row.role, action), row.direct[i] == 'y');
    }
  }
}

TEST(Permissions, owners_act_on_all_and_others_only_below_them) {
  constexpr RoomRole kRoles[] = {RoomRole::kOwner, RoomRole::kAdmin, RoomRole::kMember, RoomRole::kGuest};
  for (const RoomRole actor : kRoles) {
    for (const RoomRole other : kRoles) {
      EXPECT_EQ(may_act_on(actor, other), actor == RoomRole::kOwner || actor < other);
    }
  }
}

}  // namespace
}  // namespace kith::chat
