SELECT room_id FROM member WHERE user_id = ?1 AND state = 2 LIMIT ?2
