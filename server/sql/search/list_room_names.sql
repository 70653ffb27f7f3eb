SELECT m.room_id, r.name_folded FROM member m JOIN room r ON r.room_id = m.room_id
WHERE m.user_id = ?1 AND m.state = 2 AND r.name_folded <> ''
