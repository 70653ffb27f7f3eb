INSERT INTO index_todo(target_pos, room_id, seq, rev, old_rec) VALUES (?1, ?2, ?3, ?4, ?5)
