SELECT ring FROM device_txn WHERE device_id = ?1
