INSERT INTO room(kind, name, name_folded, topic, history, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING room_id
