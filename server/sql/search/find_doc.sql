SELECT rev FROM doc WHERE id = ?1
