DELETE FROM index_todo WHERE n <= ?1
