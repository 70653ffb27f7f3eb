-- Who had a part in a call: those who joined in the order of coming, before them those who never did.
SELECT user_id, rung, declined, screen_shared, joined_at, left_at
FROM call_member WHERE call_id = ?1
ORDER BY joined_at, user_id LIMIT ?2
