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

-- Senders and recipients refer to accounts without saying so: looking each of them up and locking it would cost as much as the
-- rest of the append, and no account's row is ever deleted.
CREATE TABLE messages (
  id bigint PRIMARY KEY,
  sender_id bigint NOT NULL,
  -- NULL: everyone
  recipient_id bigint,
  -- In bytes: PostgreSQL's text has no place for U+0000.
  request_id bytea NOT NULL,
  text text COLLATE "C" NOT NULL,
  sent_at bigint NOT NULL
);
-- A lookup must repeat the condition, or the index is not used.
CREATE UNIQUE INDEX messages_by_request ON messages (sender_id, request_id) WHERE request_id <> '';
CREATE INDEX messages_private_by_sender ON messages (sender_id, id) WHERE recipient_id IS NOT NULL;
CREATE INDEX messages_private_by_recipient ON messages (recipient_id, id) WHERE recipient_id IS NOT NULL;
CREATE INDEX messages_public ON messages (id) WHERE recipient_id IS NULL;

-- The log's one row. Whoever appends locks it, and does not change it: where somebody looks at the database for an hour, as
-- pg_dump does, every version of a row would stay for that hour, and each append would have to go through them all.
CREATE TABLE log (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  log_id uuid NOT NULL,
  forgotten_to bigint NOT NULL DEFAULT 0,
  -- Of those that are forgotten.
  last_sent_at bigint NOT NULL DEFAULT 0,
  -- The start of the server on which the newest message was appended, and where the log ended when the first one was.
  server_start bigint NOT NULL,
  head_at_start bigint NOT NULL DEFAULT 0
);

-- When this server was started, in microseconds since the epoch. No two servers have the same, nor has one after it was started anew.
CREATE FUNCTION server_start() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint
$$;

-- What time it is here, in milliseconds since the epoch.
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
