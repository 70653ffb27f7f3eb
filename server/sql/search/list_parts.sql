SELECT number FROM part WHERE number BETWEEN ?1 AND ?2 ORDER BY number DESC
