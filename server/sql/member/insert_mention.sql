INSERT INTO mention(user_id, room_id, seq) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
