/**
 * The fourth step: the search index. Its words begin with the number of the block of their message (BLOCK_IDS in
 * engines/shared/searchTerms.ts), so that a search reads one block after the other, and can stop. An edit or a deletion
 * changes the index in its own commit: append_single.
 */
export const SEARCH = `
CREATE TABLE search (
  message_id bigint PRIMARY KEY,
  words tsvector NOT NULL,
  audience tsvector NOT NULL
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
-- Statistics hold samples of words, which would outlive a deletion.
ALTER TABLE search ALTER COLUMN words SET STATISTICS 0, ALTER COLUMN audience SET STATISTICS 0;
CREATE INDEX search_words ON search USING gin (words, audience) WITH (fastupdate = off);

-- The state of the index. A node that adds messages holds the claim, and renews it once a second.
CREATE TABLE search_state (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- The version of the splitter that made the words.
  version bigint NOT NULL DEFAULT 0,
  indexed_to bigint NOT NULL DEFAULT 0,
  -- Whether the index once had all messages that there were.
  is_built boolean NOT NULL DEFAULT false,
  node uuid,
  claimed_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO search_state DEFAULT VALUES;

-- The next messages for this node to index, if it has the claim, or can get it. from_id is the first id that was looked
-- at, and to_id the last one; without them there is nothing to do for this node now.
CREATE FUNCTION claim_search(
  this_node uuid, this_version bigint, max_ids bigint,
  OUT from_id bigint, OUT to_id bigint, OUT messages jsonb
) LANGUAGE plpgsql AS $$
DECLARE
  s search_state;
  head_id bigint;
  oldest_id bigint;
BEGIN
  SELECT * INTO s FROM search_state FOR UPDATE SKIP LOCKED;
  -- A node with an older splitter leaves the index to the others.
  IF NOT FOUND OR s.version > this_version OR (s.node <> this_node AND s.claimed_until > clock_timestamp()) THEN
    RETURN;
  END IF;
  IF s.version < this_version THEN
    TRUNCATE search;
    s.indexed_to := 0;
    s.is_built := false;
  END IF;
  SELECT (log_end(l)).head_id, l.forgotten_to + 1 INTO head_id, oldest_id FROM log l;
  IF s.indexed_to >= head_id AND s.is_built AND s.version = this_version THEN
    RETURN;
  END IF;
  UPDATE search_state SET node = this_node, claimed_until = clock_timestamp() + interval '2 seconds',
    version = this_version, indexed_to = s.indexed_to, is_built = s.is_built OR s.indexed_to >= head_id
    WHERE s.node IS DISTINCT FROM this_node OR s.claimed_until < clock_timestamp() + interval '1 second'
      OR s.version <> this_version OR s.indexed_to >= head_id;
  IF s.indexed_to >= head_id THEN
    RETURN;
  END IF;
  from_id := greatest(s.indexed_to + 1, oldest_id);
  to_id := least(head_id, from_id + max_ids - 1);
  SELECT coalesce(jsonb_agg(jsonb_build_array(
      e.id, coalesce(e.edit_id, 0), e.sender_id, coalesce(e.recipient_id, 0), e.text
    ) ORDER BY e.id), '[]')
    INTO messages FROM entries e WHERE e.id BETWEEN from_id AND to_id AND e.kind = 0;
END $$;

-- Adds messages to the index, unless another node has done so. Leaves out the messages that were edited or deleted since
-- they were read. Returns whether there are more messages.
CREATE FUNCTION add_to_search(
  this_node uuid, this_version bigint, from_id bigint, to_id bigint, ids bigint[], edit_ids bigint[], all_words text[], audiences text[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  s search_state;
  edited bigint;
  head_id bigint;
BEGIN
  -- An edit or a deletion that comes first holds this lock until its commit, and a later one waits for it.
  SELECT * INTO s FROM search_state FOR UPDATE;
  SELECT (log_end(l)).head_id INTO head_id FROM log l;
  IF s.node <> this_node OR s.version <> this_version OR s.indexed_to >= from_id THEN
    RETURN true;
  END IF;
  -- Those that were edited are indexed with the next messages.
  SELECT min(e.id) INTO edited FROM unnest(ids, edit_ids) AS d (id, edit_id) JOIN entries e ON e.id = d.id
    WHERE e.kind = 0 AND coalesce(e.edit_id, 0) <> d.edit_id;
  INSERT INTO search (message_id, words, audience)
    SELECT d.id, d.words::tsvector, d.audience::tsvector
    FROM unnest(ids, all_words, audiences) AS d (id, words, audience) JOIN entries e ON e.id = d.id
    WHERE e.kind = 0 AND d.id < coalesce(edited, to_id + 1);
  to_id := coalesce(edited - 1, to_id);
  UPDATE search_state SET indexed_to = to_id, is_built = is_built OR to_id >= head_id;
  RETURN to_id < head_id;
END $$;

-- Changes the words of a message; NULL: removes it. The caller has changed the message.
CREATE FUNCTION change_search(id bigint, new_words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM search_state FOR UPDATE;
  IF new_words IS NULL THEN
    DELETE FROM search WHERE message_id = id;
  ELSE
    UPDATE search SET words = new_words::tsvector WHERE message_id = id;
  END IF;
END $$;

-- The ids of the newest max_count messages that match two queries. In the queries {b} stands for the
-- number of a block. Times are milliseconds since the epoch. outcome: (p)age, (b)uilding, too (c)ostly.
CREATE FUNCTION search_messages(
  this_version bigint, word_query text, audience_query text, since bigint, until bigint, before_id bigint, max_count integer, max_ms integer,
  block_ids bigint, OUT outcome text, OUT ids bigint[]
) LANGUAGE plpgsql STABLE AS $$
DECLARE
  s search_state;
  first_id bigint;
  last_id bigint;
  found_ids bigint[];
  deadline timestamptz := clock_timestamp() + max_ms * interval '1 millisecond';
BEGIN
  ids := '{}';
  outcome := 'p';
  SELECT * INTO s FROM search_state;
  IF NOT s.is_built OR s.version < this_version THEN
    outcome := 'b';
    RETURN;
  END IF;
  SELECT first_id_since(since), least(before_id, first_id_since(until)) - 1 INTO first_id, last_id;
  -- Common words: the newest messages, by their ids.
  IF first_id <= last_id THEN
    SELECT array_agg(message_id) INTO found_ids FROM (
      SELECT r.message_id FROM (
        SELECT * FROM search WHERE message_id BETWEEN greatest(first_id, last_id - 999) AND last_id
        ORDER BY message_id DESC OFFSET 0
      ) r
      WHERE r.words @@ replace(word_query, '{b}', (r.message_id / block_ids)::text)::tsquery
        AND r.audience @@ replace(audience_query, '{b}', (r.message_id / block_ids)::text)::tsquery
      LIMIT max_count
    ) r;
    ids := ids || coalesce(found_ids, '{}');
    last_id := greatest(first_id, last_id - 999) - 1;
  END IF;
  WHILE first_id <= last_id AND cardinality(ids) < max_count LOOP
    IF clock_timestamp() > deadline THEN
      outcome := 'c';
      RETURN;
    END IF;
    SELECT array_agg(message_id ORDER BY message_id DESC) INTO found_ids FROM (
      SELECT message_id FROM search
      WHERE words @@ replace(word_query, '{b}', (last_id / block_ids)::text)::tsquery
        AND audience @@ replace(audience_query, '{b}', (last_id / block_ids)::text)::tsquery
        AND message_id + 0 BETWEEN first_id AND last_id
      ORDER BY message_id + 0 DESC LIMIT max_count - cardinality(ids)
    ) r;
    ids := ids || coalesce(found_ids, '{}');
    last_id := last_id / block_ids * block_ids - 1;
  END LOOP;
END $$;

-- The id of the first entry with this time or a later one; the next id if there is none. Times never fall as ids grow.
CREATE FUNCTION first_id_since(since bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  low bigint;
  high bigint;
  middle bigint;
BEGIN
  SELECT l.forgotten_to + 1, (log_end(l)).head_id + 1 INTO low, high FROM log l;
  WHILE low < high LOOP
    middle := (low + high) / 2;
    IF (SELECT e.sent_at FROM entries e WHERE e.id = middle) < since THEN
      low := middle + 1;
    ELSE
      high := middle;
    END IF;
  END LOOP;
  RETURN low;
END $$;
`;
