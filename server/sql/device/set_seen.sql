UPDATE device SET seen = ?2 WHERE device_id = ?1 AND seen < ?2
