UPDATE room SET name = ?2, name_folded = ?3, topic = ?4, history = ?5, member_count = ?6 WHERE room_id = ?1
