-- How many settings a user has, and how many rows they take together with removed ones.
SELECT count(CASE WHEN value <> '' THEN 1 END), count(*) FROM user_item WHERE user_id = ?1 AND kind = 'setting'
