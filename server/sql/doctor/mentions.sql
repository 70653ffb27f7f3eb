SELECT room_id, seq FROM mention UNION ALL SELECT room_id, seq FROM room_mention
