INSERT INTO "user"(name, display_name, bio, role, state, presence_privacy, password_hash, created, seen, v)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING user_id
