SELECT c.call_id, c.room_id, c.seq, c.started_by, c.video, c.started_at, c.answered_at, c.seen_at, c.ended_at, c.outcome,
       c.screen_shared, c.participants
FROM call c WHERE c.room_id = ?1 AND c.ended_at = 0
