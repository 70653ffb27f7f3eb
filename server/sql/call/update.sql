-- A call was known to go on; ?3, unless 0, is when it was answered.
UPDATE call SET seen_at = ?2, answered_at = CASE WHEN ?3 > 0 THEN ?3 ELSE answered_at END
WHERE call_id = ?1 AND ended_at = 0
