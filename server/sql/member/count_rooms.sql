SELECT count(*) FROM member WHERE user_id = ?1 AND state IN (1, 2)
