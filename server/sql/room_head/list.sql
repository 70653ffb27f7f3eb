SELECT room_id, first_seq, first_ord, packed_seq, packed_ord, packed_pos, packed_ts, packed_countable_seq,
       packed_countable_ts
FROM room
