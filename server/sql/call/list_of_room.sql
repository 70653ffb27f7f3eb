-- The calls of a room before a call, newest first, as far as a member may read.
SELECT c.call_id, c.room_id, c.seq, c.started_by, c.video, c.started_at, c.answered_at, c.seen_at, c.ended_at, c.outcome,
       c.screen_shared, c.participants
FROM call c WHERE c.room_id = ?1 AND c.call_id < ?2 AND c.seq >= ?3
ORDER BY c.call_id DESC LIMIT ?4
