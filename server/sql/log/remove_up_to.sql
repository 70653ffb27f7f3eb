DELETE FROM log WHERE pos <= ?1
