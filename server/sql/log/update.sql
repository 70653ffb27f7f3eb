UPDATE log SET rec = ?2 WHERE pos = ?1
