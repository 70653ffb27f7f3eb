SELECT count(*) FROM member WHERE room_id = ?1 AND state = 2 AND role = 1
