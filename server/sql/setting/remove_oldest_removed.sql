-- The row of the setting that was removed first; versions are unique within a user.
DELETE FROM user_item WHERE user_id = ?1 AND kind = 'setting' AND value = '' AND v = (
  SELECT min(v) FROM user_item WHERE user_id = ?1 AND kind = 'setting' AND value = '')
