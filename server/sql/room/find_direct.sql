SELECT room_id FROM direct_room WHERE user_lo = ?1 AND user_hi = ?2
