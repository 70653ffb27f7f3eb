SELECT count(*) FROM user_item WHERE user_id = ?1 AND kind = ?2 AND value <> ''
