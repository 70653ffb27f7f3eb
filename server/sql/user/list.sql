-- The directory: active users after a name.
SELECT user_id, name, display_name, bio, role, state, presence_privacy, created, seen, v
FROM "user" WHERE name > ?1 AND state = 1 ORDER BY name LIMIT ?2
