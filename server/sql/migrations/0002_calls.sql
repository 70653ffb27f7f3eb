-- Calls and who had a part in them (docs/data.md, "Tables"). Times are milliseconds since 1970 UTC; 0: it has not come.
CREATE TABLE call(
  call_id INTEGER PRIMARY KEY AUTOINCREMENT,
  room_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,              -- its entry in the room's timeline
  started_by INTEGER NOT NULL,
  video INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  answered_at INTEGER NOT NULL DEFAULT 0,
  seen_at INTEGER NOT NULL,          -- when it was last known to go on: its end, if the server does not live to see it
  ended_at INTEGER NOT NULL DEFAULT 0,
  outcome INTEGER NOT NULL DEFAULT 0,
  screen_shared INTEGER NOT NULL DEFAULT 0,
  participants INTEGER NOT NULL DEFAULT 0);  -- how many ever were in it, once it is over
CREATE INDEX call_room ON call(room_id, call_id);
CREATE UNIQUE INDEX call_open ON call(room_id) WHERE ended_at = 0;

CREATE TABLE call_member(
  user_id INTEGER NOT NULL,
  call_id INTEGER NOT NULL REFERENCES call,
  rung INTEGER NOT NULL,
  declined INTEGER NOT NULL,
  screen_shared INTEGER NOT NULL,
  joined_at INTEGER NOT NULL,
  left_at INTEGER NOT NULL,
  missed INTEGER NOT NULL DEFAULT 0, -- decided when the call ends
  PRIMARY KEY(user_id, call_id)) WITHOUT ROWID;
CREATE INDEX call_member_call ON call_member(call_id, joined_at, user_id);
CREATE INDEX call_member_missed ON call_member(user_id, missed, call_id);
