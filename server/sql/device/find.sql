SELECT device_id, user_id, name, created, seen FROM device WHERE device_id = ?1 AND revoked = 0
