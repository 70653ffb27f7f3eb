INSERT INTO user_word(word, user_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING
