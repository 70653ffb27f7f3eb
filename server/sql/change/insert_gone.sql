INSERT INTO gone(room_id, seq, countable, by, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
