SELECT packed_seq FROM room WHERE room_id = ?1
