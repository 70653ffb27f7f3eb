UPDATE room SET packed_seq = ?2, packed_ord = ?3, packed_pos = ?4, packed_ts = ?5, packed_countable_seq = ?6,
                packed_countable_ts = ?7
WHERE room_id = ?1
