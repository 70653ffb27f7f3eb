INSERT INTO direct_room(user_lo, user_hi, room_id) VALUES (?1, ?2, ?3)
