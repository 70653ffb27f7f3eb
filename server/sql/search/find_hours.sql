SELECT MIN(low), MAX(high) FROM hour WHERE number BETWEEN ?1 AND ?2
