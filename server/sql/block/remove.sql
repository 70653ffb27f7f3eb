DELETE FROM block WHERE key = ?1
