SELECT r.room_id, r.packed_seq, r.packed_ord, r.packed_pos, r.packed_ts, r.packed_countable_seq, r.packed_countable_ts,
       r.member_count, (SELECT count(*) FROM member m WHERE m.room_id = r.room_id AND m.state = 2), r.first_seq,
       r.first_ord
FROM room r ORDER BY r.room_id
