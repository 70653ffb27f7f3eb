SELECT cut FROM stream WHERE id = 0
