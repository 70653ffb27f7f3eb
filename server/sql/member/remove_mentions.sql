DELETE FROM mention WHERE room_id = ?1 AND seq = ?2
