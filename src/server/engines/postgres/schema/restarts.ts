/** What lets a start judge its clock, and puts nobody offline. */
export const RESTARTS = `
-- The newest time that any node was sure of: its one row.
CREATE TABLE clock_mark (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  at bigint NOT NULL
);

-- A node starts. The clients of nodes that have ended, in whatever way and however long ago, have this long to come
-- back, as long as no other node has found out before. Those that are there go on renewing their leases, and take no
-- notice.
CREATE FUNCTION expect_people(grace interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM roster_lock FOR UPDATE;
  UPDATE nodes SET lease_until = clock_timestamp() + grace WHERE lease_until < clock_timestamp() + grace;
END $$;

-- As before, but whoever is online already, by way of another node, is so since they came there.
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

-- The messages whose time lies after that one, which are the last ones.
CREATE FUNCTION messages_ahead(now_at bigint, OUT first_id bigint, OUT last_id bigint, OUT latest bigint) LANGUAGE sql STABLE AS $$
  SELECT min(id), max(id), max(sent_at) FROM messages WHERE sent_at > now_at
$$;

-- Gives them that time, and makes another log of it: who has the messages as they were is to get them anew. As they are
-- by then, and nothing where there are none.
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

-- As before, but what a clock that was ahead has written does not last until that time comes: a lease is none that ends
-- later than any can, nor are more changes kept than are ever told one by one.
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
  -- The newest of what is long ago stays: whoever knows it last has missed nothing.
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
