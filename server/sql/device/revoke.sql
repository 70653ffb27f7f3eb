UPDATE device SET revoked = ?2 WHERE device_id = ?1 AND revoked = 0
