SELECT key, n, last_pos FROM block WHERE key > ?1 ORDER BY key LIMIT ?2
