UPDATE invitation SET uses_left = uses_left - 1 WHERE token_hash = ?1
