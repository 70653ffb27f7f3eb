UPDATE doc SET rev = ?2 WHERE id = ?1
