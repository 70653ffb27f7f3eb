-- Members who are in or invited, by user id, after a user.
SELECT user_id, room_id, state, role, from_seq, join_pos, read_seq, read_ord, read_at, level, favourite, invited_by, v
FROM member WHERE room_id = ?1 AND user_id > ?2 AND state IN (1, 2)
ORDER BY user_id LIMIT ?3
