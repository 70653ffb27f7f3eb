SELECT count(*) FROM invitation WHERE expires > ?1
