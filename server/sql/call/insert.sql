INSERT INTO call(room_id, seq, started_by, video, started_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
RETURNING call_id
