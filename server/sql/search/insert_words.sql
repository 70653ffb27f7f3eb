INSERT INTO ft_0(rowid, t) VALUES (?1, ?2)
