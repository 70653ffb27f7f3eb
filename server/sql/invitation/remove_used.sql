DELETE FROM invitation WHERE token_hash = ?1 AND uses_left <= 0
