SELECT pos FROM follower WHERE name = ?1
