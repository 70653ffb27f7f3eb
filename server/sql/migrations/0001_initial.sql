-- The first schema (docs/data.md has the reasons). Times are milliseconds since 1970 UTC.
CREATE TABLE epoch(
  id INTEGER PRIMARY KEY,            -- random, one uninterrupted life of the store
  n INTEGER NOT NULL,                -- 1, 2, 3…
  started INTEGER NOT NULL,
  first_pos INTEGER NOT NULL);

CREATE TABLE stream(
  id INTEGER PRIMARY KEY,            -- SQLite has stream 0 only
  cut INTEGER NOT NULL);             -- all log rows up to this pos are packed and gone
INSERT INTO stream(id, cut) VALUES (0, 0);

CREATE TABLE log(
  pos INTEGER PRIMARY KEY,
  room_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  rec BLOB NOT NULL);

CREATE TABLE block(
  key INTEGER PRIMARY KEY,           -- room_id << 36 | first_seq
  n INTEGER NOT NULL,
  first_ts INTEGER NOT NULL,
  last_pos INTEGER NOT NULL,
  fmt INTEGER NOT NULL,
  data BLOB NOT NULL);

CREATE TABLE room(
  room_id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,         -- case and accents folded, for the directory
  topic TEXT NOT NULL,
  history INTEGER NOT NULL,
  created INTEGER NOT NULL,
  member_count INTEGER NOT NULL DEFAULT 0,
  first_seq INTEGER NOT NULL DEFAULT 1,
  first_ord INTEGER NOT NULL DEFAULT 1,
  packed_seq INTEGER NOT NULL DEFAULT 0,
  packed_ord INTEGER NOT NULL DEFAULT 0,
  packed_pos INTEGER NOT NULL DEFAULT 0,
  packed_ts INTEGER NOT NULL DEFAULT 0,
  packed_countable_seq INTEGER NOT NULL DEFAULT 0,
  packed_countable_ts INTEGER NOT NULL DEFAULT 0,
  e2ee INTEGER NOT NULL DEFAULT 0);
CREATE INDEX room_public ON room(name_folded, room_id) WHERE kind = 3;

CREATE TABLE direct_room(
  user_lo INTEGER NOT NULL,
  user_hi INTEGER NOT NULL,
  room_id INTEGER NOT NULL,
  PRIMARY KEY(user_lo, user_hi)) WITHOUT ROWID;
CREATE UNIQUE INDEX direct_room_room ON direct_room(room_id);

CREATE TABLE user(
  user_id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,         -- folded
  display_name TEXT NOT NULL,
  bio TEXT NOT NULL,
  role INTEGER NOT NULL,
  state INTEGER NOT NULL,
  presence_privacy INTEGER NOT NULL,
  password_hash TEXT NOT NULL,       -- Argon2id, libsodium's text form
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  v INTEGER NOT NULL DEFAULT 0);

CREATE TABLE user_word(              -- the directory's index: folded beginnings of names are ranges here
  word TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES user,
  PRIMARY KEY(word, user_id)) WITHOUT ROWID;
CREATE INDEX user_word_user ON user_word(user_id);

CREATE TABLE device(
  device_id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES user,
  token_hash BLOB NOT NULL UNIQUE,   -- SHA-256 of the session token
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0);
CREATE INDEX device_user ON device(user_id);

CREATE TABLE device_txn(
  device_id INTEGER PRIMARY KEY,
  ring BLOB NOT NULL);               -- newest last: 64 × (tag 8, room 4, seq 5 bytes)

CREATE TABLE member(
  user_id INTEGER NOT NULL,
  room_id INTEGER NOT NULL,
  state INTEGER NOT NULL,
  role INTEGER NOT NULL,
  from_seq INTEGER NOT NULL,
  join_pos INTEGER NOT NULL,
  read_seq INTEGER NOT NULL,
  read_ord INTEGER NOT NULL,
  read_at INTEGER NOT NULL,
  level INTEGER NOT NULL DEFAULT 0,
  favourite INTEGER NOT NULL DEFAULT 0,
  invited_by INTEGER NOT NULL DEFAULT 0,
  v INTEGER NOT NULL,
  PRIMARY KEY(user_id, room_id)) WITHOUT ROWID;
CREATE INDEX member_room ON member(room_id, user_id) WHERE state IN (1, 2);

CREATE TABLE user_item(
  user_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  v INTEGER NOT NULL,
  PRIMARY KEY(user_id, kind, key)) WITHOUT ROWID;

CREATE TABLE mention(
  user_id INTEGER NOT NULL,
  room_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY(user_id, room_id, seq)) WITHOUT ROWID;
CREATE INDEX mention_room ON mention(room_id, seq);

CREATE TABLE room_mention(
  room_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY(room_id, seq)) WITHOUT ROWID;

CREATE TABLE gone(
  room_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  countable INTEGER NOT NULL,
  by INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY(room_id, seq)) WITHOUT ROWID;

CREATE TABLE index_todo(
  n INTEGER PRIMARY KEY,
  target_pos INTEGER NOT NULL,       -- the message's document id
  room_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  rev INTEGER NOT NULL,              -- revision of the old text
  old_rec BLOB NOT NULL);            -- the record before the change: its words leave the index

CREATE TABLE follower(
  name TEXT PRIMARY KEY,
  pos INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE invitation(
  token_hash BLOB PRIMARY KEY,
  by INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  uses_left INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE setting(
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(scope, key)) WITHOUT ROWID;
