INSERT INTO hour(number, low, high) VALUES (?1, ?2, ?3)
ON CONFLICT(number) DO UPDATE SET low = MIN(low, excluded.low), high = MAX(high, excluded.high)
