SELECT key, value FROM user_item WHERE user_id = ?1 AND kind = 'setting' AND value <> '' ORDER BY key
