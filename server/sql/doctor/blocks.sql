SELECT key, n, first_ts, last_pos, fmt, data FROM block ORDER BY key
