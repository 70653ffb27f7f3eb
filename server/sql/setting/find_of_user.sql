SELECT value FROM user_item WHERE user_id = ?1 AND kind = 'setting' AND key = ?2
