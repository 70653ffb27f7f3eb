DELETE FROM user_word WHERE user_id = ?1
