SELECT user_id, name, display_name, bio, role, state, presence_privacy, created, seen, v, password_hash FROM "user" WHERE user_id = ?1
