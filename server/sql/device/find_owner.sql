-- Whom a session token belongs to; ended sessions too, so that their end can be told from an unknown token.
SELECT device_id, device.user_id, role, state, revoked
FROM device JOIN "user" ON "user".user_id = device.user_id WHERE token_hash = ?1
