INSERT INTO user_item(user_id, kind, key, value, v) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT(user_id, kind, key) DO UPDATE SET value = excluded.value, v = excluded.v
