DELETE FROM room_mention WHERE room_id = ?1 AND seq = ?2
