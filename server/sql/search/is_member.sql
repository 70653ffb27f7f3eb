SELECT 1 FROM member WHERE user_id = ?1 AND room_id = ?2 AND state = 2
