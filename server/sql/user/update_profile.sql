UPDATE "user" SET display_name = ?2, bio = ?3, presence_privacy = ?4, v = ?5 WHERE user_id = ?1
