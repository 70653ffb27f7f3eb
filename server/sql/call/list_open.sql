-- Calls nobody ended.
SELECT c.call_id, c.room_id, c.seq, c.started_by, c.video, c.started_at, c.answered_at, c.seen_at, c.ended_at, c.outcome,
       c.screen_shared, c.participants
FROM call c WHERE c.ended_at = 0
ORDER BY c.room_id LIMIT ?1
