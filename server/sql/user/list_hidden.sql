SELECT user_id FROM "user" WHERE presence_privacy = 2
