-- Ends a call; what is counted comes from its members.
UPDATE call SET ended_at = ?2, outcome = ?3,
  participants = (SELECT count(*) FROM call_member WHERE call_id = ?1 AND joined_at > 0),
  screen_shared = (SELECT coalesce(max(screen_shared), 0) FROM call_member WHERE call_id = ?1)
WHERE call_id = ?1 AND ended_at = 0
