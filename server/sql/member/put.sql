INSERT INTO member(user_id, room_id, state, role, from_seq, join_pos, read_seq, read_ord, read_at, level, favourite, invited_by, v)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT(user_id, room_id) DO UPDATE SET
  state = excluded.state, role = excluded.role, from_seq = excluded.from_seq, join_pos = excluded.join_pos,
  read_seq = excluded.read_seq, read_ord = excluded.read_ord, read_at = excluded.read_at, level = excluded.level,
  favourite = excluded.favourite, invited_by = excluded.invited_by, v = excluded.v
