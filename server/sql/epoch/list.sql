SELECT id, first_pos FROM epoch ORDER BY n
