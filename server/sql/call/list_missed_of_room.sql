-- The calls of a room that a user missed, before a call, newest first, as far as the user may read.
SELECT c.call_id, c.room_id, c.seq, c.started_by, c.video, c.started_at, c.answered_at, c.seen_at, c.ended_at, c.outcome,
       c.screen_shared, c.participants
FROM call c
WHERE c.room_id = ?1 AND c.call_id < ?2 AND c.seq >= ?3
  AND EXISTS (SELECT 1 FROM call_member m WHERE m.user_id = ?4 AND m.call_id = c.call_id AND m.missed = 1)
ORDER BY c.call_id DESC LIMIT ?5
