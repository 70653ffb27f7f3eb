#include "store/device_repository.hpp"

namespace kith::store {
namespace {

model::Device read_device(const Row& row) {
  return {.id = DeviceId{row.integer(0)},
          .user = UserId{row.integer(1)},
          .name = std::string(row.text(2)),
          .created_at = UnixMillis{row.integer(3)},
          .seen_at = UnixMillis{row.integer(4)}};
}

}  // namespace

Result<DeviceId> DeviceRepository::insert(const model::Device& device, std::string_view token_hash) {
  DeviceId id;
  TRY_VOID(db_.query(sql::device::kInsert,
                     {device.user.value, Blob{token_hash}, device.name, device.created_at.value, device.seen_at.value},
                     [&](const Row& row) -> Result<> {
                       id = DeviceId{row.integer(0)};
                       return {};
                     }));
  return id;
}

Result<std::optional<DeviceOwner>> DeviceRepository::find_owner(std::string_view token_hash) {
  std::optional<DeviceOwner> found;
  TRY_VOID(db_.query(sql::device::kFindOwner, {Blob{token_hash}}, [&](const Row& row) -> Result<> {
    found = DeviceOwner{.device = DeviceId{row.integer(0)},
                        .user = UserId{row.integer(1)},
                        .role = static_cast<model::ServerRole>(row.integer(2)),
                        .state = static_cast<model::UserState>(row.integer(3)),
                        .revoked_at = UnixMillis{row.integer(4)}};
    return {};
  }));
  return found;
}

Result<std::optional<model::Device>> DeviceRepository::find(DeviceId id) {
  std::optional<model::Device> found;
  TRY_VOID(db_.query(sql::device::kFind, {id.value}, [&](const Row& row) -> Result<> {
    found = read_device(row);
    return {};
  }));
  return found;
}

Result<std::vector<model::Device>> DeviceRepository::list_of_user(UserId user) {
  std::vector<model::Device> devices;
  TRY_VOID(db_.query(sql::device::kListOfUser, {user.value}, [&](const Row& row) -> Result<> {
    devices.push_back(read_device(row));
    return {};
  }));
  return devices;
}

Result<bool> DeviceRepository::revoke(DeviceId id, UnixMillis at) {
  TRY(const int64_t changed, db_.execute(sql::device::kRevoke, {id.value, at.value}));
  return changed != 0;
}

Result<> DeviceRepository::set_seen(DeviceId id, UnixMillis at) {
  TRY_VOID(db_.execute(sql::device::kSetSeen, {id.value, at.value}));
  return {};
}

Result<> DeviceRepository::remove_revoked(UserId user, UnixMillis before) {
  TRY_VOID(db_.execute(sql::device::kRemoveRevokedTxn, {user.value, before.value}));
  TRY_VOID(db_.execute(sql::device::kRemoveRevoked, {user.value, before.value}));
  return {};
}

}  // namespace kith::store
