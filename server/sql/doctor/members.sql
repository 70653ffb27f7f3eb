SELECT room_id, read_seq, read_ord, user_id FROM member ORDER BY room_id
