INSERT INTO call_member(call_id, user_id, rung, declined, screen_shared, joined_at, left_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT(user_id, call_id) DO UPDATE SET
  rung = excluded.rung, declined = excluded.declined, screen_shared = excluded.screen_shared,
  joined_at = excluded.joined_at, left_at = excluded.left_at
