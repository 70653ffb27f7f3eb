SELECT number, changed FROM part WHERE changed <> 0 ORDER BY number LIMIT 1
