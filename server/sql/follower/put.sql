INSERT INTO follower(name, pos) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET pos = excluded.pos
