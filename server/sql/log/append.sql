INSERT INTO log(pos, room_id, seq, rec) VALUES (?1, ?2, ?3, ?4)
