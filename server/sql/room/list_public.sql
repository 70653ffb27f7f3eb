-- ?1, ?2: name and id of the last room of the page before; ?3: a folded beginning of a word, preceded by a space.
SELECT r.room_id, r.kind, r.name, r.name_folded, r.topic, r.history, r.created, r.member_count, 0, 0
FROM room r
WHERE r.kind = 3 AND (r.name_folded, r.room_id) > (?1, ?2) AND instr(' ' || r.name_folded, ?3) > 0
ORDER BY r.name_folded, r.room_id
LIMIT ?4
