SELECT n, target_pos, room_id, seq, old_rec FROM index_todo ORDER BY n LIMIT ?1
