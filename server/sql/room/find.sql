SELECT r.room_id, r.kind, r.name, r.name_folded, r.topic, r.history, r.created, r.member_count,
       coalesce(d.user_lo, 0), coalesce(d.user_hi, 0)
FROM room r LEFT JOIN direct_room d ON r.kind = 1 AND d.room_id = r.room_id
WHERE r.room_id = ?1
