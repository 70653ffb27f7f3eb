-- The search index's own file (SQLite only). docs/data.md has the reasons.
CREATE TABLE state(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  version TEXT NOT NULL,             -- of the rules that make tokens; another version: rebuild
  epoch INTEGER NOT NULL,            -- life of the store in which `position` was reached
  position INTEGER NOT NULL,         -- all events up to this pos are in the index
  complete INTEGER NOT NULL);        -- 1 once it had caught up: searches may answer

CREATE TABLE part(
  number INTEGER PRIMARY KEY,        -- table ft_<number> holds the messages with pos >> 20 = number
  changed INTEGER NOT NULL DEFAULT 0); -- removed words wait for merging: 1 begin, 2 go on

CREATE TABLE doc(
  id INTEGER PRIMARY KEY,            -- pos of the message
  room_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  rev INTEGER NOT NULL);             -- revision whose words the index holds

CREATE TABLE hour(
  number INTEGER PRIMARY KEY,        -- milliseconds since 1970 UTC / 3,600,000
  low INTEGER NOT NULL,              -- no message of this hour has a pos outside of low…high
  high INTEGER NOT NULL);
