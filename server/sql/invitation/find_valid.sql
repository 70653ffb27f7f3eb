SELECT by, expires, uses_left FROM invitation WHERE token_hash = ?1 AND expires > ?2
