UPDATE "user" SET seen = ?2 WHERE user_id = ?1 AND seen < ?2
