INSERT INTO block(key, n, first_ts, last_pos, fmt, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
