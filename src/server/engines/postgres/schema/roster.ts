/**
 * The users online, by the leases of their nodes. Each change locks one row first, so that the offsets of changes are
 * in the order of commits. That row is never updated, for the same reason as the log's row (tables.ts).
 */
export const ROSTER = `
CREATE TABLE nodes (
  id uuid PRIMARY KEY,
  lease_until timestamptz NOT NULL,
  -- How often it has put all of its people here. What it said before the last time, and comes late, counts no more.
  puts bigint NOT NULL
);

CREATE TABLE roster (
  username text COLLATE "C" NOT NULL,
  node_id uuid NOT NULL,
  account_id bigint NOT NULL,
  since bigint NOT NULL,
  PRIMARY KEY (username, node_id)
);
CREATE INDEX roster_by_node ON roster (node_id, username);

-- Somebody has come online, or is online no longer. A place is a time in microseconds, or the one behind the place before where that is
-- later: so none is given out again, not even after a crash or on a standby that lacked the last ones.
CREATE TABLE roster_changes (
  place bigint PRIMARY KEY,
  username text NOT NULL,
  online boolean NOT NULL
);
INSERT INTO roster_changes VALUES (0, '', false);

CREATE TABLE roster_lock (is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only));
INSERT INTO roster_lock DEFAULT VALUES;

-- Whether a lease holds. While the server was away nobody could renew one, so each has its whole time again after a start.
CREATE FUNCTION holds(lease_until timestamptz, lease interval) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT greatest(lease_until, pg_postmaster_start_time() + lease) > statement_timestamp()
$$;

-- Notes changes. Its caller has the lock.
CREATE FUNCTION note_changes(came text[], went text[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO roster_changes (place, username, online)
  SELECT start.place + row_number() OVER (ORDER BY c.online, c.username), c.username, c.online
  FROM (
    SELECT greatest(max(place), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) AS place FROM roster_changes
  ) start, (
    SELECT unnest(came) AS username, true AS online UNION ALL SELECT unnest(went), false
  ) c
$$;

-- Somebody has come to a node, or left it. Gives the names of those who are thereby online who were not, or the other way round; NULL
-- where the node has no lease any more, and so all of its people are gone, or has put them here since: nothing is done then.
CREATE FUNCTION tell_roster(
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
    SELECT c.username, node, c.account_id, c.since
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

-- A node is back. Where no node's lease holds, all of them were cut off, or stood still: the others have a whole lease's time to come
-- back too. Its caller has the lock.
CREATE FUNCTION begin_again(node uuid, lease interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM nodes n WHERE n.id = node) AND NOT EXISTS (SELECT FROM nodes n WHERE holds(n.lease_until, lease)) THEN
    UPDATE nodes SET lease_until = clock_timestamp() + lease WHERE lease_until > clock_timestamp() - interval '1 minute';
  END IF;
END $$;

-- Gives a node a lease, and makes those who are there all whom it has.
CREATE FUNCTION put_roster(
  node uuid, new_puts bigint, lease interval, ids bigint[], names text[], since bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  gone_names text[];
BEGIN
  PERFORM FROM roster_lock FOR UPDATE;
  PERFORM begin_again(node, lease);
  INSERT INTO nodes VALUES (node, clock_timestamp() + lease, new_puts)
    ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until, puts = excluded.puts WHERE nodes.puts < excluded.puts;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT array_agg(g.username) INTO gone_names
  FROM (SELECT r.username FROM roster r WHERE r.node_id = node EXCEPT SELECT unnest(names)) g;
  PERFORM tell_roster(node, new_puts, ids, names, since, gone_names);
END $$;

-- Somebody is online on no node any more, whatever the nodes have.
CREATE FUNCTION take_off_roster(gone_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM roster_lock FOR UPDATE;
  DELETE FROM roster r WHERE r.username = gone_name;
  IF FOUND THEN
    PERFORM note_changes(NULL, ARRAY[gone_name]);
  END IF;
END $$;

-- Nodes are gone, and whoever was online there alone is online no longer.
CREATE FUNCTION end_nodes(ended uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  went text[];
BEGIN
  PERFORM FROM roster_lock FOR UPDATE;
  DELETE FROM nodes WHERE id = ANY (ended);
  WITH gone AS (DELETE FROM roster WHERE node_id = ANY (ended) RETURNING username)
  SELECT array_agg(DISTINCT g.username) INTO went FROM gone g
  WHERE NOT EXISTS (SELECT FROM roster r WHERE r.username = g.username AND r.node_id <> ALL (ended));
  IF went IS NOT NULL THEN
    PERFORM note_changes(NULL, went);
  END IF;
END $$;

-- Renews a node's lease, and looks after the others: those whose lease has been over for longer than that patience are gone. Says
-- whether the node had one to renew. One whose own was over has been away, and does not judge the others yet, who may have been so for
-- the same reason.
CREATE FUNCTION renew_lease(node uuid, lease interval, remembered interval, patience interval) RETURNS boolean LANGUAGE plpgsql AS $$
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
  UPDATE nodes SET lease_until = clock_timestamp() + lease WHERE id = node;
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
  RETURN true;
END $$;
`;
