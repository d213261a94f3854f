/** The tables of accounts, sessions and the log. */
export const TABLES = `
-- The row of a deleted account stays, so that its name is never given out again.
CREATE TABLE accounts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username text COLLATE "C" NOT NULL UNIQUE,
  password_hash text NOT NULL,
  created_at bigint NOT NULL,
  deleted_at bigint
);

CREATE TABLE sessions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES accounts (id),
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  last_used_at bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX sessions_by_account ON sessions (account_id);

-- sender_id and recipient_id have no foreign keys. To look up and lock the accounts would cost as much as the rest of
-- an append, and no row of accounts is ever deleted.
CREATE TABLE messages (
  id bigint PRIMARY KEY,
  sender_id bigint NOT NULL,
  -- NULL: everyone
  recipient_id bigint,
  -- bytea, because text cannot contain U+0000.
  request_id bytea NOT NULL,
  text text COLLATE "C" NOT NULL,
  sent_at bigint NOT NULL
);
-- A lookup must repeat the condition, or the index is not used.
CREATE UNIQUE INDEX messages_by_request ON messages (sender_id, request_id) WHERE request_id <> '';
CREATE INDEX messages_private_by_sender ON messages (sender_id, id) WHERE recipient_id IS NOT NULL;
CREATE INDEX messages_private_by_recipient ON messages (recipient_id, id) WHERE recipient_id IS NOT NULL;
CREATE INDEX messages_public ON messages (id) WHERE recipient_id IS NULL;

-- The one row of the log. Every append locks the row, but only the first one after a start of PostgreSQL updates it.
-- During a long transaction, such as that of pg_dump, PostgreSQL keeps all versions of an updated row, and each append
-- would have to go through all of them.
CREATE TABLE log (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  log_id uuid NOT NULL,
  forgotten_to bigint NOT NULL DEFAULT 0,
  -- The time of the newest message at the last truncation.
  last_sent_at bigint NOT NULL DEFAULT 0,
  -- When the server started that appended the newest message, and the head before its first append.
  server_start bigint NOT NULL,
  head_at_start bigint NOT NULL DEFAULT 0
);

-- When this server started, in microseconds since the epoch. No two servers have the same value, and a restarted server
-- has a new one.
CREATE FUNCTION server_start() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint
$$;

-- The time of the server's clock, in milliseconds since the epoch.
CREATE FUNCTION server_time() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

INSERT INTO log (log_id, server_start) VALUES (gen_random_uuid(), server_start());

CREATE TABLE attempts (
  key text COLLATE "C" PRIMARY KEY,
  failures integer NOT NULL,
  last_at bigint NOT NULL
);
CREATE INDEX attempts_by_time ON attempts (last_at);
`;
