/**
 * The functions that change the log. A call is one statement, and so one commit, and locks the log's row first. The
 * statements after that take a new snapshot. A single statement would keep the snapshot from before its wait for the
 * lock, and miss messages that were committed meanwhile, such as the message that it repeats.
 */
export const APPEND = `
-- Where the log ends, for whoever has its row locked.
CREATE FUNCTION log_end(l log, OUT head_id bigint, OUT sent_at bigint) LANGUAGE plpgsql AS $$
BEGIN
  SELECT m.id, m.sent_at INTO head_id, sent_at FROM messages m ORDER BY m.id DESC LIMIT 1;
  IF head_id IS NULL THEN
    head_id := l.forgotten_to;
    sent_at := l.last_sent_at;
  END IF;
END $$;

-- Appends the drafts whose columns these are, in their order. Nothing is done where the log is another one than its caller takes it
-- for or lacks what its caller has seen, nor too late: whoever sent it may then have sent it again, and have been refused. What became of
-- each is one letter: (n)ew, as one (b)efore it in this batch, (d)uplicate, (r)eused, session (e)nded.
CREATE FUNCTION append_drafts(
  known_log_id uuid, known_head_id bigint, known_server_start bigint, too_late_at bigint,
  session_ids bigint[], sender_ids bigint[], recipient_ids bigint[], request_ids bytea[], texts text[], times bigint[],
  OUT head_id bigint, OUT start bigint, OUT kinds text, OUT ids bigint[], OUT sent_ats bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  l log;
  last_sent_at bigint;
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
    RAISE EXCEPTION 'the log has gone back: it lacks messages up to % that this node has seen', known_head_id
      USING ERRCODE = 'OB002';
  END IF;
  IF l.server_start <> start THEN
    UPDATE log SET server_start = start, head_at_start = append_drafts.head_id;
  END IF;

  WITH looked_up AS (
    SELECT d.*, coalesce(s.account_id = d.sender_id, false) AS is_alive, k.id AS known_id, k.sent_at AS known_sent_at,
      coalesce(k.recipient_id, 0) = d.recipient_id AND k.text = d.text AS is_same
    FROM unnest(session_ids, sender_ids, recipient_ids, request_ids, texts, times)
      WITH ORDINALITY AS d (session_id, sender_id, recipient_id, request_id, text, time, place)
    LEFT JOIN LATERAL (SELECT account_id FROM sessions WHERE id = d.session_id LIMIT 1) s ON true
    LEFT JOIN LATERAL (
      SELECT * FROM messages m WHERE m.sender_id = d.sender_id AND m.request_id = d.request_id AND m.request_id <> '' LIMIT 1
    ) k ON true
  ), claiming AS (
    SELECT *, is_alive AND known_id IS NULL AS is_claim,
      row_number() OVER (PARTITION BY sender_id, request_id, is_alive AND known_id IS NULL ORDER BY place) AS turn
    FROM looked_up
  ), deciding AS (
    SELECT *, is_claim AND (turn = 1 OR request_id = '') AS is_new FROM claiming
  ), numbered AS MATERIALIZED (
    SELECT *, append_drafts.head_id + count(*) FILTER (WHERE is_new) OVER in_order AS id,
      greatest(last_sent_at, max(time) FILTER (WHERE is_new) OVER in_order) AS sent_at
    FROM deciding WINDOW in_order AS (ORDER BY place)
  ), appending AS (
    INSERT INTO messages (id, sender_id, recipient_id, request_id, text, sent_at)
    SELECT id, sender_id, nullif(recipient_id, 0), request_id, text, sent_at FROM numbered WHERE is_new
  )
  SELECT max(n.id),
    string_agg(CASE
      WHEN NOT n.is_alive THEN 'e'
      WHEN n.is_new THEN 'n'
      WHEN n.is_claim THEN 'b'
      WHEN n.is_same THEN 'd'
      ELSE 'r'
    END, ''),
    array_agg(coalesce(n.known_id, n.id)),
    array_agg(coalesce(n.known_sent_at, n.sent_at))
  INTO head_id, kinds, ids, sent_ats
  FROM (SELECT * FROM numbered ORDER BY place) n;
END $$;

-- The message that a sender has under a request id. Where there is none it waits for the appends that are here, one of which may be of
-- that very message: its commit may take long, as where a standby has to confirm it, and whoever sent it has been sent away meanwhile.
CREATE FUNCTION find_message(
  sender bigint, request bytea, OUT id bigint, OUT sent_at bigint, OUT recipient text, OUT text text
) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
  FOR turn IN 1 .. 2 LOOP
    RETURN QUERY
      SELECT m.id, m.sent_at, coalesce((SELECT a.username FROM accounts a WHERE a.id = m.recipient_id), ''), m.text
      FROM messages m WHERE m.sender_id = sender AND m.request_id = request AND m.request_id <> '';
    EXIT WHEN FOUND OR turn = 2;
    -- A lock is written too, and nobody need wait for that.
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM FROM log FOR UPDATE;
  END LOOP;
END $$;

-- Forgets all messages before one, at most up to the head.
CREATE FUNCTION forget_messages(known_log_id uuid, before bigint) RETURNS void LANGUAGE plpgsql AS $$
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
  DELETE FROM messages WHERE id > l.forgotten_to AND id <= up_to;
  UPDATE log SET forgotten_to = up_to, last_sent_at = e.sent_at;
END $$;

-- Ends a session, or all sessions of its account. Under the log's lock: an append that looked at them before it has been committed, and
-- one that comes after it finds them ended. An account that has none left is online nowhere from here on, also where a node has yet to
-- hear of it.
CREATE FUNCTION end_sessions(session_id bigint, everywhere boolean) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
  account bigint;
BEGIN
  PERFORM FROM log FOR UPDATE;
  SELECT s.account_id INTO account FROM sessions s WHERE s.id = session_id;
  RETURN QUERY
    DELETE FROM sessions WHERE id = ANY (ARRAY(
      SELECT s.id FROM sessions s WHERE s.account_id = account AND (everywhere OR s.id = session_id) ORDER BY s.id FOR UPDATE
    )) RETURNING id;
  -- First, so that nobody comes with a new session between the look and what follows of it.
  PERFORM FROM roster_lock FOR UPDATE;
  IF NOT EXISTS (SELECT FROM sessions s WHERE s.account_id = account) THEN
    PERFORM take_off_roster((SELECT a.username FROM accounts a WHERE a.id = account));
  END IF;
END $$;
`;
