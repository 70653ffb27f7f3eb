INSERT INTO invitation(token_hash, by, expires, uses_left) VALUES (?1, ?2, ?3, ?4)
