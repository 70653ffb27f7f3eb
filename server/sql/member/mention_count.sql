-- Unread messages that name the user, and those that name everybody; one message may do both and counts once.
SELECT count(*) FROM (
  SELECT seq FROM mention WHERE user_id = ?1 AND room_id = ?2 AND seq > ?3
  UNION
  SELECT seq FROM room_mention WHERE room_id = ?2 AND seq > ?3)
