-- Moves a member's read position over an own send at pos ?5 that is about to leave the log.
UPDATE member SET read_seq = ?3, read_ord = ?4 WHERE user_id = ?1 AND room_id = ?2 AND read_seq < ?3 AND read_at < ?5
