DELETE FROM invitation WHERE expires <= ?1
