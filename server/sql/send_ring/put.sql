INSERT INTO device_txn(device_id, ring) VALUES (?1, ?2) ON CONFLICT(device_id) DO UPDATE SET ring = excluded.ring
