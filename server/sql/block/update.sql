UPDATE block SET fmt = ?2, data = ?3 WHERE key = ?1
