-- The calls a user missed, before a call, newest first, of rooms the user is in and may read.
SELECT c.call_id, c.room_id, c.seq, c.started_by, c.video, c.started_at, c.answered_at, c.seen_at, c.ended_at, c.outcome,
       c.screen_shared, c.participants
FROM call_member m CROSS JOIN call c ON c.call_id = m.call_id
CROSS JOIN member r ON r.user_id = m.user_id AND r.room_id = c.room_id
WHERE m.user_id = ?1 AND m.missed = 1 AND m.call_id < ?2 AND r.state = 2 AND c.seq >= r.from_seq
ORDER BY m.call_id DESC LIMIT ?3
