INSERT INTO setting(scope, key, value) VALUES (?1, ?2, ?3) ON CONFLICT(scope, key) DO UPDATE SET value = excluded.value
