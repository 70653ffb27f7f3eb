SELECT count(*) FROM invitation
