-- The newest version of a user's own state.
SELECT max(v) FROM (
  SELECT max(v) AS v FROM member WHERE user_id = ?1
  UNION ALL SELECT max(v) FROM user_item WHERE user_id = ?1
  UNION ALL SELECT v FROM user WHERE user_id = ?1)
