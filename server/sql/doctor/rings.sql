SELECT device_id, ring FROM device_txn
