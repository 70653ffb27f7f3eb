-- The rows of one user newer than a version, by room; left rooms included.
SELECT user_id, room_id, state, role, from_seq, join_pos, read_seq, read_ord, read_at, level, favourite, invited_by, v
FROM member WHERE user_id = ?1 AND v > ?2
