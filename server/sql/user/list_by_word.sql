-- The directory's search: active users after a name who have a word in a range.
SELECT user_id, name, display_name, bio, role, state, presence_privacy, created, seen, v
FROM "user"
WHERE name > ?1 AND state = 1 AND user_id IN (SELECT user_id FROM user_word WHERE word >= ?2 AND word < ?3)
ORDER BY name LIMIT ?4
