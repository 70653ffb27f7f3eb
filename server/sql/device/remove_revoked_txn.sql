DELETE FROM device_txn
WHERE device_id IN (SELECT device_id FROM device WHERE user_id = ?1 AND revoked <> 0 AND revoked < ?2)
