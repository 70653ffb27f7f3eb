-- ?6, ?7: seq and time of the newest countable event among those packed; 0 if there was none.
UPDATE room SET packed_seq = ?2, packed_ord = ?3, packed_pos = ?4, packed_ts = ?5,
  packed_countable_seq = CASE WHEN ?6 > 0 THEN ?6 ELSE packed_countable_seq END,
  packed_countable_ts = CASE WHEN ?6 > 0 THEN ?7 ELSE packed_countable_ts END
WHERE room_id = ?1
