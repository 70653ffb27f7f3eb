-- Everybody is out of a call that ends, and who was only rung has missed it.
UPDATE call_member SET
  left_at = CASE WHEN joined_at > 0 AND left_at = 0 THEN ?2 ELSE left_at END,
  missed = (rung = 1 AND joined_at = 0 AND declined = 0)
WHERE call_id = ?1
