SELECT id, room_id, seq FROM doc WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC
