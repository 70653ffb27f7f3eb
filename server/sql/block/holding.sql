-- The block that begins nearest at or before a key.
SELECT key, n, fmt, data FROM block WHERE key <= ?1 ORDER BY key DESC LIMIT 1
