UPDATE part SET changed = ?2 WHERE number = ?1
