-- The items of one user newer than a version; removed ones have an empty value.
SELECT kind, key, value, v FROM user_item WHERE user_id = ?1 AND v > ?2
