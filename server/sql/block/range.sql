-- The block that holds ?1 or begins nearest before it, and those after it up to ?2; ?1 and ?2 are keys of one room.
SELECT key, n, fmt, data FROM block
WHERE key >= coalesce((SELECT max(key) FROM block WHERE key <= ?1), ?1) AND key <= ?2 ORDER BY key
