INSERT INTO doc(id, room_id, seq, rev) VALUES (?1, ?2, ?3, ?4)
