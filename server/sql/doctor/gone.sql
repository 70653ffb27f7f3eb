SELECT room_id, seq, countable FROM gone ORDER BY room_id, seq
