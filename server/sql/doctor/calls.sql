-- Each call with: how many joined it, how many are still in it, whose part says wrongly whether it was missed.
SELECT c.call_id, c.room_id, c.seq, c.ended_at, c.outcome, c.participants,
  (SELECT count(*) FROM call_member m WHERE m.call_id = c.call_id AND m.joined_at > 0),
  (SELECT count(*) FROM call_member m WHERE m.call_id = c.call_id AND m.joined_at > 0 AND m.left_at = 0),
  (SELECT count(*) FROM call_member m WHERE m.call_id = c.call_id
     AND m.missed <> (c.ended_at > 0 AND m.rung = 1 AND m.joined_at = 0 AND m.declined = 0))
FROM call c ORDER BY c.call_id
