-- Rows after ?1 up to ?2 in commit order, at most ?3.
SELECT pos, room_id, seq, rec FROM log WHERE pos > ?1 AND pos <= ?2 ORDER BY pos LIMIT ?3
