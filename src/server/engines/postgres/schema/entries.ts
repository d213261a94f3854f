/**
 * The third step: the log of messages becomes one of entries. Nodes of the previous version cannot use the log after it:
 * their calls fail without an effect. They must not append, because they would send texts that are erased by now.
 */
export const ENTRIES = `
-- In the order in which an append locks them.
LOCK TABLE log, messages IN ACCESS EXCLUSIVE MODE;

DROP FUNCTION append_drafts(
  uuid, bigint, bigint, bigint, bigint[], bigint[], bigint[], bytea[], text[], bigint[]
);
DROP FUNCTION find_message(bigint, bytea);
DROP FUNCTION forget_messages(uuid, bigint);
DROP FUNCTION correct_times(bigint);
DROP FUNCTION messages_ahead(bigint);

ALTER TABLE messages RENAME TO entries;
ALTER INDEX messages_pkey RENAME TO entries_pkey;
ALTER INDEX messages_by_request RENAME TO entries_by_request;

-- sender_id and recipient_id of an edit or a deletion are those of the message; request_id is of the space of sender_id.
-- sent_at is the time of the entry. Only a message has a text.
ALTER TABLE entries
  -- 0: message; 1: edit; 2: deletion; 3: message that was deleted
  ADD COLUMN kind smallint NOT NULL DEFAULT 0,
  -- Of an edit or a deletion: the message.
  ADD COLUMN message_id bigint,
  -- Of a message: the message that it replies to. NULL: none
  ADD COLUMN reply_to bigint,
  -- Of a message: its newest edit, and the time of the edit. NULL: none
  ADD COLUMN edit_id bigint,
  ADD COLUMN edited_at bigint,
  -- Of a deletion: who deleted the message. NULL: the server
  ADD COLUMN by_id bigint,
  -- The digest of the command, if the row does not show the command and has a request id.
  ADD COLUMN digest bytea,
  -- Statistics hold samples of texts, which would outlive a deletion. The first line removes what there is.
  ALTER COLUMN text TYPE text COLLATE "C",
  ALTER COLUMN text SET STATISTICS 0,
  -- A deleted text stays in the file until a vacuum, so autovacuum does not wait for more deletions.
  SET (
    autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
    toast.autovacuum_vacuum_threshold = 0, toast.autovacuum_vacuum_scale_factor = 0
  );

DROP INDEX messages_private_by_sender, messages_private_by_recipient, messages_public;
CREATE INDEX entries_public ON entries (id) WHERE kind = 0 AND recipient_id IS NULL;
CREATE INDEX entries_private_by_sender ON entries (sender_id, id) WHERE kind = 0 AND recipient_id IS NOT NULL;
CREATE INDEX entries_private_by_recipient ON entries (recipient_id, id) WHERE kind = 0 AND recipient_id IS NOT NULL;
CREATE INDEX entries_conversation ON entries (sender_id, recipient_id, id) WHERE kind = 0 AND recipient_id IS NOT NULL;

-- The secret with which digests are keyed.
ALTER TABLE log ADD COLUMN secret bytea NOT NULL
  DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

CREATE TABLE read_markers (
  account_id bigint PRIMARY KEY REFERENCES accounts (id),
  up_to bigint NOT NULL
) WITH (fillfactor = 80);

-- As before.
CREATE OR REPLACE FUNCTION log_end(l log, OUT head_id bigint, OUT sent_at bigint) LANGUAGE plpgsql AS $$
BEGIN
  SELECT e.id, e.sent_at INTO head_id, sent_at FROM entries e ORDER BY e.id DESC LIMIT 1;
  IF head_id IS NULL THEN
    head_id := l.forgotten_to;
    sent_at := l.last_sent_at;
  END IF;
END $$;

-- The digest of a command. The target of a message is the message that it replies to (0: none), that of an edit or a
-- deletion is the message. The recipient of an edit or a deletion is 0.
CREATE FUNCTION command_digest(secret bytea, kind integer, recipient bigint, target bigint, content text) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(secret || convert_to(kind || ' ' || recipient || ' ' || target || ' ' || content, 'UTF8'))
$$;

-- Whether an entry was appended for the same command. An edit with a request id always has a digest.
CREATE FUNCTION is_same_command(e entries, secret bytea, kind integer, recipient bigint, target bigint, content text)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN e.digest IS NOT NULL THEN e.digest = command_digest(secret, kind, recipient, target, content)
    WHEN e.kind <> kind THEN false
    WHEN kind = 0 THEN coalesce(e.recipient_id, 0) = recipient AND coalesce(e.reply_to, 0) = target AND e.text = content
    ELSE e.message_id = target
  END
$$;

-- Appends messages without replies in their order; the arrays are the columns of the drafts. Returns the new end of the
-- log, and the results, as append_entries does.
CREATE FUNCTION append_messages(
  secret bytea, session_ids bigint[], sender_ids bigint[], recipient_ids bigint[], request_ids bytea[], texts text[],
  times bigint[], INOUT head_id bigint, INOUT last_sent_at bigint, OUT outcomes text, OUT ids bigint[], OUT sent_ats bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
  WITH looked_up AS (
    SELECT d.*, coalesce(s.account_id = d.sender_id, false) AS is_alive, k.id AS known_id, k.sent_at AS known_sent_at,
      k.is_same
    FROM unnest(session_ids, sender_ids, recipient_ids, request_ids, texts, times)
      WITH ORDINALITY AS d (session_id, sender_id, recipient_id, request_id, text, time, place)
    LEFT JOIN LATERAL (SELECT account_id FROM sessions WHERE id = d.session_id LIMIT 1) s ON true
    LEFT JOIN LATERAL (
      SELECT e.id, e.sent_at, is_same_command(e, secret, 0, d.recipient_id, 0, d.text) AS is_same
      FROM entries e WHERE e.sender_id = d.sender_id AND e.request_id = d.request_id AND e.request_id <> '' LIMIT 1
    ) k ON true
  ), claiming AS (
    SELECT *, is_alive AND known_id IS NULL AS is_claim,
      row_number() OVER (PARTITION BY sender_id, request_id, is_alive AND known_id IS NULL ORDER BY place) AS turn
    FROM looked_up
  ), deciding AS (
    SELECT *, is_claim AND (turn = 1 OR request_id = '') AS is_new FROM claiming
  ), numbered AS MATERIALIZED (
    SELECT *, append_messages.head_id + count(*) FILTER (WHERE is_new) OVER in_order AS id,
      greatest(append_messages.last_sent_at, max(time) FILTER (WHERE is_new) OVER in_order) AS sent_at
    FROM deciding WINDOW in_order AS (ORDER BY place)
  ), appending AS (
    INSERT INTO entries (id, sender_id, recipient_id, request_id, text, sent_at)
    SELECT id, sender_id, nullif(recipient_id, 0), request_id, text, sent_at FROM numbered WHERE is_new
  )
  SELECT max(n.id), max(n.sent_at),
    string_agg(CASE
      WHEN NOT n.is_alive THEN 'e'
      WHEN n.is_new THEN 'n'
      WHEN n.is_claim THEN 'b'
      WHEN n.is_same THEN 'd'
      ELSE 'r'
    END, ''),
    array_agg(coalesce(n.known_id, n.id)),
    array_agg(coalesce(n.known_sent_at, n.sent_at))
  INTO head_id, last_sent_at, outcomes, ids, sent_ats
  FROM (SELECT * FROM numbered ORDER BY place) n;
END $$;

-- Appends an edit, a deletion, or a message that replies. Returns the result, as append_entries does.
CREATE FUNCTION append_single(
  secret bytea, session bigint, sender bigint, draft_kind integer, recipient bigint, target bigint, request bytea,
  content text, new_words text, new_sent_at bigint, new_id bigint,
  OUT outcome text, OUT id bigint, OUT sent_at bigint, OUT message jsonb
) LANGUAGE plpgsql AS $$
DECLARE
  known entries;
  m entries;
  -- Of the row of the message, if it shows the command until now.
  old_digest bytea;
BEGIN
  PERFORM FROM sessions s WHERE s.id = session AND s.account_id = sender;
  IF NOT FOUND THEN
    outcome := 'e';
    RETURN;
  END IF;
  IF request <> '' THEN
    SELECT * INTO known FROM entries e WHERE e.sender_id = sender AND e.request_id = request AND e.request_id <> '';
    IF FOUND THEN
      outcome := CASE WHEN is_same_command(known, secret, draft_kind, recipient, target, content) THEN 'd' ELSE 'r' END;
      id := known.id;
      sent_at := known.sent_at;
      RETURN;
    END IF;
  END IF;
  SELECT * INTO m FROM entries e WHERE e.id = target AND e.kind = 0;
  -- The rule of maySee (src/server/log/entry.ts).
  IF NOT FOUND OR NOT (m.recipient_id IS NULL OR m.sender_id = sender OR m.recipient_id = sender) THEN
    outcome := 'u';
    RETURN;
  END IF;
  IF draft_kind <> 0 AND m.sender_id <> sender THEN
    outcome := 'f';
    RETURN;
  END IF;

  outcome := 'n';
  id := new_id;
  sent_at := new_sent_at;
  IF draft_kind = 0 THEN
    INSERT INTO entries (id, sender_id, recipient_id, request_id, text, sent_at, reply_to)
      VALUES (new_id, sender, nullif(recipient, 0), request, content, new_sent_at, target);
    RETURN;
  END IF;
  old_digest := m.digest;
  IF old_digest IS NULL AND m.request_id <> '' THEN
    old_digest := command_digest(secret, 0, coalesce(m.recipient_id, 0), coalesce(m.reply_to, 0), m.text);
  END IF;
  IF draft_kind = 1 THEN
    UPDATE entries e SET text = content, edit_id = new_id, edited_at = new_sent_at, digest = old_digest WHERE e.id = target;
    INSERT INTO entries (id, sender_id, recipient_id, request_id, text, sent_at, kind, message_id, digest)
      VALUES (new_id, sender, m.recipient_id, request, '', new_sent_at, 1, target,
        CASE WHEN request <> '' THEN command_digest(secret, 1, recipient, target, content) END);
  ELSE
    UPDATE entries e SET kind = 3, text = '', reply_to = NULL, edit_id = NULL, edited_at = NULL, digest = old_digest
      WHERE e.id = target;
    INSERT INTO entries (id, sender_id, recipient_id, request_id, text, sent_at, kind, message_id, by_id)
      VALUES (new_id, sender, m.recipient_id, request, '', new_sent_at, 2, target, sender);
  END IF;
  PERFORM change_search(target, new_words);
  message := jsonb_build_array(
    coalesce(m.recipient_id, 0), coalesce((SELECT a.username FROM accounts a WHERE a.id = m.recipient_id), ''),
    m.sent_at, coalesce(m.reply_to, 0)
  );
END $$;

-- Appends drafts in their order; the arrays from session_ids on are their columns. singles are the places, from 1, of
-- the drafts that are no messages without replies; single_kinds (0: message, 1: edit, 2: deletion) and targets belong to
-- singles; so does single_words, the words of edits for the search index. Raises an error and appends nothing in three cases. OB001: the log has another id than the caller assumes.
-- OB002: the log lacks entries that the caller has seen. OB003: too_late_at has passed, so clients may have sent the
-- commands again, and received a refusal. outcomes has a letter for each draft: (n)ew; (b): an earlier draft has its
-- request id, and there is no single between them; (d)uplicate; request id (r)eused; session (e)nded; message (u)nknown;
-- message of another account, a (f)oreign one. messages has the recipient (0: everyone), its name, the time, and the
-- message replied to (0: none) of the message of each new edit and deletion.
CREATE FUNCTION append_entries(
  known_log_id uuid, known_head_id bigint, known_server_start bigint, too_late_at bigint,
  singles integer[], single_kinds integer[], targets bigint[], single_words text[],
  session_ids bigint[], sender_ids bigint[], recipient_ids bigint[], request_ids bytea[], texts text[], times bigint[],
  OUT head_id bigint, OUT start bigint, OUT outcomes text, OUT ids bigint[], OUT sent_ats bigint[], OUT messages jsonb
) LANGUAGE plpgsql AS $$
DECLARE
  l log;
  last_sent_at bigint;
  drafts integer := cardinality(session_ids);
  -- The place of the next draft.
  next integer := 1;
  single integer;
  run record;
  one record;
BEGIN
  SELECT * INTO STRICT l FROM log FOR UPDATE;
  SELECT e.head_id, e.sent_at INTO head_id, last_sent_at FROM log_end(l) e;
  start := server_start();
  IF server_time() > too_late_at THEN
    RAISE EXCEPTION 'the batch has come too late' USING ERRCODE = 'OB003';
  END IF;
  IF l.log_id <> known_log_id THEN
    RAISE EXCEPTION 'the log is another one now' USING ERRCODE = 'OB001';
  END IF;
  IF head_id < known_head_id
    OR (start <> known_server_start AND l.server_start = start AND l.head_at_start < known_head_id) THEN
    RAISE EXCEPTION 'the log has gone back: it lacks entries up to % that this node has seen', known_head_id
      USING ERRCODE = 'OB002';
  END IF;
  IF l.server_start <> start THEN
    UPDATE log SET server_start = start, head_at_start = append_entries.head_id;
  END IF;

  outcomes := '';
  FOR i IN 1 .. cardinality(singles) + 1 LOOP
    single := coalesce(singles[i], drafts + 1);
    IF next < single THEN
      SELECT * INTO STRICT run FROM append_messages(
        l.secret, session_ids[next:single - 1], sender_ids[next:single - 1], recipient_ids[next:single - 1],
        request_ids[next:single - 1], texts[next:single - 1], times[next:single - 1], head_id, last_sent_at
      );
      head_id := run.head_id;
      last_sent_at := run.last_sent_at;
      outcomes := outcomes || run.outcomes;
      ids := ids || run.ids;
      sent_ats := sent_ats || run.sent_ats;
    END IF;
    EXIT WHEN single > drafts;
    SELECT * INTO STRICT one FROM append_single(
      l.secret, session_ids[single], sender_ids[single], single_kinds[i], recipient_ids[single], targets[i],
      request_ids[single], texts[single], single_words[i], greatest(last_sent_at, times[single]), head_id + 1
    );
    IF one.outcome = 'n' THEN
      head_id := one.id;
      last_sent_at := one.sent_at;
      IF one.message IS NOT NULL THEN
        messages := coalesce(messages, '[]') || jsonb_build_array(one.message);
      END IF;
    END IF;
    outcomes := outcomes || one.outcome;
    ids := ids || coalesce(one.id, 0);
    sent_ats := sent_ats || coalesce(one.sent_at, 0);
    next := single + 1;
  END LOOP;
END $$;

-- The entry of a sender with a request id, and whether it was appended for this command; a recipient that is NULL is not
-- compared. If there is none, waits for the appends in progress, and looks again, because one of them may append it. Such
-- a commit may take long, for example if a standby must confirm it, and the client may have received a refusal by then.
CREATE FUNCTION find_entry(
  sender bigint, request bytea, draft_kind integer, recipient text, target bigint, content text,
  OUT id bigint, OUT sent_at bigint, OUT is_same boolean
) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
  FOR turn IN 1 .. 2 LOOP
    RETURN QUERY
      SELECT e.id, e.sent_at, coalesce(is_same_command(e, l.secret, draft_kind, to_id.it, target, content), false)
      FROM entries e, log l, LATERAL (
        SELECT CASE
          WHEN recipient IS NULL THEN coalesce(e.recipient_id, 0)
          WHEN recipient = '' THEN 0
          ELSE (SELECT a.id FROM accounts a WHERE a.username = recipient)
        END AS it
      ) to_id
      WHERE e.sender_id = sender AND e.request_id = request AND e.request_id <> '';
    EXIT WHEN FOUND OR turn = 2;
    -- The lock is a write too, but its commit need not wait for the disk or for a standby.
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM FROM log FOR UPDATE;
  END LOOP;
END $$;

-- Truncates: removes all entries before an id, at most up to the head.
CREATE FUNCTION forget_entries(known_log_id uuid, before bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  l log;
  e record;
  up_to bigint;
BEGIN
  SELECT * INTO STRICT l FROM log FOR UPDATE;
  IF l.log_id <> known_log_id THEN
    RAISE EXCEPTION 'the log is another one now' USING ERRCODE = 'OB001';
  END IF;
  SELECT * INTO e FROM log_end(l);
  up_to := least(before - 1, e.head_id);
  IF up_to <= l.forgotten_to THEN
    RETURN;
  END IF;
  DELETE FROM entries WHERE id > l.forgotten_to AND id <= up_to;
  DELETE FROM search WHERE message_id <= up_to;
  UPDATE log SET forgotten_to = up_to, last_sent_at = e.sent_at;
END $$;

-- Moves a read marker to an entry, at most to the head, unless it is there or beyond.
CREATE FUNCTION advance_read_marker(account bigint, wanted bigint, OUT up_to bigint, OUT moved boolean) LANGUAGE plpgsql AS $$
DECLARE
  head_id bigint;
BEGIN
  SELECT coalesce((SELECT max(id) FROM entries), forgotten_to) INTO STRICT head_id FROM log;
  INSERT INTO read_markers AS r (account_id, up_to)
    SELECT account, least(wanted, head_id) WHERE least(wanted, head_id) > 0
    ON CONFLICT (account_id) DO UPDATE SET up_to = excluded.up_to WHERE r.up_to < excluded.up_to;
  moved := FOUND;
  up_to := least(coalesce((SELECT r.up_to FROM read_markers r WHERE r.account_id = account), 0), head_id);
END $$;

-- The range of the entries with a time after now_at, which are the newest ones, and the latest time.
CREATE FUNCTION entries_ahead(now_at bigint, OUT first_id bigint, OUT last_id bigint, OUT latest bigint) LANGUAGE sql STABLE AS $$
  SELECT min(id), max(id), max(sent_at) FROM entries WHERE sent_at > now_at
$$;

-- Sets the time of these entries to now_at, and gives the log a new id, so that clients receive the entries again.
-- Returns the range and the latest time as they were before. If there are no such entries, changes nothing.
CREATE FUNCTION correct_times(now_at bigint, OUT first_id bigint, OUT last_id bigint, OUT latest bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM log FOR UPDATE;
  SELECT a.first_id, a.last_id, a.latest INTO first_id, last_id, latest FROM entries_ahead(now_at) a;
  IF first_id IS NULL THEN
    RETURN;
  END IF;
  UPDATE entries SET sent_at = now_at WHERE id >= first_id AND sent_at > now_at;
  -- A message with such an edit may be older than these entries.
  UPDATE entries m SET edited_at = now_at FROM entries e
    WHERE e.id >= first_id AND e.kind = 1 AND m.id = e.message_id AND m.edited_at > now_at;
  UPDATE log SET log_id = gen_random_uuid(), last_sent_at = least(last_sent_at, now_at);
  INSERT INTO clock_mark (at) VALUES (now_at) ON CONFLICT (is_only) DO UPDATE SET at = excluded.at;
END $$;
`;
