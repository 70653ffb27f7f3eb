SELECT device_id, user_id, name, created, seen FROM device WHERE user_id = ?1 AND revoked = 0
ORDER BY seen DESC, device_id DESC
