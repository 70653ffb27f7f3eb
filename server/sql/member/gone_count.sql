SELECT count(*) FROM gone WHERE room_id = ?1 AND seq > ?2 AND countable = 1
