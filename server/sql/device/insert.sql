INSERT INTO device(user_id, token_hash, name, created, seen) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING device_id
