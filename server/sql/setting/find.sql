SELECT value FROM setting WHERE scope = ?1 AND key = ?2
