UPDATE state SET epoch = ?1, position = ?2
