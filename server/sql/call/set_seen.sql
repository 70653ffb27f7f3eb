UPDATE call SET seen_at = ?1 WHERE ended_at = 0
