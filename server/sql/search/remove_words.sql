INSERT INTO ft_0(ft_0, rowid, t) VALUES ('delete', ?1, ?2)
