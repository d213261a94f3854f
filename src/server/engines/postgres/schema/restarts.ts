/** The second step: the clock mark, the correction of times, and users who stay online while nodes restart. */
export const RESTARTS = `
-- The newest time that a node was sure of, in one row.
CREATE TABLE clock_mark (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  at bigint NOT NULL
);

-- Called when a node starts. Extends all leases that would end within the grace, or have ended, so that the clients of
-- nodes that have ended have this long to reconnect. Nodes that another node has already removed are not extended.
-- Running nodes keep renewing their leases as before.
CREATE FUNCTION expect_people(grace interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM roster_lock FOR UPDATE;
  UPDATE nodes SET lease_until = clock_timestamp() + grace WHERE lease_until < clock_timestamp() + grace;
END $$;

-- As before, but a user who is already online on another node keeps the earlier since.
CREATE OR REPLACE FUNCTION tell_roster(
  node uuid, known_puts bigint, came_ids bigint[], came_names text[], came_since bigint[], gone_names text[], OUT changed text[]
) LANGUAGE plpgsql AS $$
DECLARE
  went text[];
BEGIN
  PERFORM FROM roster_lock FOR UPDATE;
  PERFORM FROM nodes WHERE id = node AND puts = known_puts;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  WITH gone AS (
    DELETE FROM roster r WHERE r.node_id = node AND r.username = ANY (gone_names) RETURNING r.username
  )
  SELECT array_agg(g.username) INTO went FROM gone g
  WHERE NOT EXISTS (SELECT FROM roster r WHERE r.username = g.username AND r.node_id <> node);
  WITH come AS (
    INSERT INTO roster (username, node_id, account_id, since)
    SELECT c.username, node, c.account_id,
      least(c.since, (SELECT min(r.since) FROM roster r WHERE r.username = c.username))
    FROM unnest(came_ids, came_names, came_since) c (account_id, username, since)
    ON CONFLICT DO NOTHING RETURNING roster.username
  )
  SELECT array_agg(c.username) INTO changed FROM come c
  WHERE NOT EXISTS (SELECT FROM roster r WHERE r.username = c.username AND r.node_id <> node);
  IF changed IS NOT NULL OR went IS NOT NULL THEN
    PERFORM note_changes(changed, went);
  END IF;
  changed := coalesce(changed, '{}') || coalesce(went, '{}');
END $$;

-- The range of the messages with a time after now_at, which are the newest ones, and the latest time.
CREATE FUNCTION messages_ahead(now_at bigint, OUT first_id bigint, OUT last_id bigint, OUT latest bigint) LANGUAGE sql STABLE AS $$
  SELECT min(id), max(id), max(sent_at) FROM messages WHERE sent_at > now_at
$$;

-- Sets the time of these messages to now_at, and gives the log a new id, so that clients receive the messages again.
-- Returns the range and the latest time as they were before. If there are no such messages, changes nothing.
CREATE FUNCTION correct_times(now_at bigint, OUT first_id bigint, OUT last_id bigint, OUT latest bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM log FOR UPDATE;
  SELECT a.first_id, a.last_id, a.latest INTO first_id, last_id, latest FROM messages_ahead(now_at) a;
  IF first_id IS NULL THEN
    RETURN;
  END IF;
  UPDATE messages SET sent_at = now_at WHERE id >= first_id AND sent_at > now_at;
  UPDATE log SET log_id = gen_random_uuid(), last_sent_at = least(last_sent_at, now_at);
  INSERT INTO clock_mark (at) VALUES (now_at) ON CONFLICT (is_only) DO UPDATE SET at = excluded.at;
END $$;

-- As before, but also repairs what a clock that was ahead has written. Shortens a lease that ends later than any lease
-- can. If changes have places in the future, keeps only the newest 5,000.
CREATE OR REPLACE FUNCTION renew_lease(node uuid, lease interval, remembered interval, patience interval)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  held boolean;
  ended uuid[];
BEGIN
  PERFORM FROM roster_lock FOR UPDATE;
  SELECT holds(n.lease_until, lease) INTO held FROM nodes n WHERE n.id = node;
  IF held IS NULL THEN
    RETURN false;
  END IF;
  PERFORM begin_again(node, lease);
  UPDATE nodes SET lease_until = clock_timestamp() + lease
    WHERE id = node OR lease_until > clock_timestamp() + lease + interval '1 minute';
  IF held THEN
    SELECT array_agg(n.id) INTO ended FROM nodes n WHERE NOT holds(n.lease_until + patience, lease);
    IF ended IS NOT NULL THEN
      PERFORM end_nodes(ended);
    END IF;
  END IF;
  -- The newest of the old changes stays: a node that has polled up to it has missed nothing.
  DELETE FROM roster_changes WHERE place < (
    SELECT max(place) FROM roster_changes
    WHERE place < (extract(epoch FROM statement_timestamp() - remembered) * 1000000)::bigint
  );
  IF (SELECT max(place) FROM roster_changes)
    > (extract(epoch FROM statement_timestamp() + interval '1 minute') * 1000000)::bigint THEN
    DELETE FROM roster_changes
    WHERE place <= (SELECT place FROM roster_changes ORDER BY place DESC OFFSET 5000 LIMIT 1);
  END IF;
  RETURN true;
END $$;
`;
