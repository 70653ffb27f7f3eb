INSERT INTO state(id, version, epoch, position, complete) VALUES (1, ?1, 0, 0, 0)
