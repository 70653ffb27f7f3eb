INSERT INTO room_mention(room_id, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING
