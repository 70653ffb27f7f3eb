SELECT room_id, seq, rec FROM log WHERE pos = ?1
