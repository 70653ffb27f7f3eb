INSERT INTO ft_0(ft_0, rank) VALUES ('merge', ?1)
