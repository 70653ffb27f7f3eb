DELETE FROM device WHERE user_id = ?1 AND revoked <> 0 AND revoked < ?2
