UPDATE stream SET cut = ?1 WHERE id = 0
