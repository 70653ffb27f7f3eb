INSERT INTO epoch(id, n, started, first_pos) VALUES (?1, (SELECT coalesce(max(n), 0) + 1 FROM epoch), ?2, ?3)
