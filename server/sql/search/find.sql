SELECT f.rowid, d.room_id, d.seq FROM ft_0 f CROSS JOIN doc d ON d.id = f.rowid
WHERE ft_0 MATCH ?1 AND f.rowid BETWEEN ?2 AND ?3 ORDER BY f.rowid DESC
