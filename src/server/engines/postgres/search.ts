import { randomUUID } from "node:crypto";
import type { Message } from "../../log/entry.ts";
import type { SearchIndex, SearchQuery, SearchResult } from "../../search/ports/searchIndex.ts";
import type { Splitter, SplitterVersion } from "../../search/words.ts";
import type { MessageRow } from "../shared/logRows.ts";
import { toMessage } from "../shared/logRows.ts";
import { audienceFor, audienceOf, BLOCK_IDS, blockOf } from "../shared/searchTerms.ts";
import type { Connections } from "./connections.ts";
import { wasCanceled } from "./failures.ts";
import { messageColumns } from "./log.ts";
import { toWords } from "./searchWords.ts";
import { toNumbers } from "./session.ts";

export const CLAIM = {
  name: "claim-search",
  text: "SELECT from_id, to_id, messages FROM claim_search($1, $2, $3)",
};
export const ADD = {
  name: "add-to-search",
  text: "SELECT add_to_search($1, $2, $3, $4, $5, $6, $7, $8)",
};
export const RELEASE = {
  name: "release-search",
  text: "UPDATE search_state SET claimed_until = '-infinity' WHERE node = $1 AND claimed_until > clock_timestamp()",
};
/** A row has the outcome and a message; with no message found, the message is null. */
export const SEARCH = {
  name: "search",
  text: `
    SELECT s.outcome, ${messageColumns("e")}
    FROM search_messages($1, $2, $3, $4, $5, $6, $7, $8, $9) s LEFT JOIN LATERAL (
      SELECT * FROM entries WHERE id = ANY (s.ids) AND kind = 0
    ) e ON true
    ORDER BY e.id DESC`,
};

/** The bound of one step, whose transaction edits and deletions wait for. */
const STEP_IDS = 200;
/** After this time a search ends with what it has found; it looks at the time after each block. */
const MAX_SEARCH_MS = 1_000;
/** PostgreSQL ends a search after this time, in the middle of a block. */
export const SEARCH_TIMEOUT_MS = 2_000;
/** PostgreSQL's greatest bigint, for no bound. */
const NO_BOUND = "9223372036854775807";

/** A message that is to be indexed; of `claim_search`. */
type UnindexedMessage = [id: number, editId: number, senderId: number, recipientId: number, text: string];

/** The pools that the search index uses. */
export interface SearchPools {
  readonly search: Connections;
  /** Needs no sync: after a crash the index goes on from an earlier message. */
  readonly index: Connections;
}

/** The search index in a PostgreSQL database that many nodes share. */
export class PostgresSearch implements SearchIndex {
  readonly #pools: SearchPools;
  readonly #splitter: Splitter;
  readonly #version: number;
  readonly #node = randomUUID();

  constructor(pools: SearchPools, splitter: Splitter) {
    this.#pools = pools;
    this.#splitter = splitter;
    this.#version = toVersion(splitter.version);
  }

  async advance(): Promise<boolean> {
    const { index } = this.#pools;
    const claim = [this.#node, this.#version, STEP_IDS];
    const [row] = await index.change<[from: number | null, to: number, messages: UnindexedMessage[]]>(CLAIM, claim);
    if (row === undefined || row[0] === null) return false;
    const [from, to, messages] = row;
    const [[hasMore] = []] = await index.change<[hasMore: boolean]>(ADD, [
      this.#node,
      this.#version,
      from,
      to,
      toNumbers(messages.map(([id]) => id)),
      toNumbers(messages.map(([, editId]) => editId)),
      messages.map(([id, , , , text]) => toWords(this.#splitter.split(text), id)),
      messages.map(([id, , senderId, recipientId]) => toAudience(id, senderId, recipientId)),
    ]);
    return hasMore ?? false;
  }

  /** Lets another node take over at once. */
  async close(): Promise<void> {
    // Without this the claim ends by itself, two seconds later.
    await this.#pools.index.change(RELEASE, [this.#node]).catch(() => {});
  }

  async search(query: SearchQuery): Promise<SearchResult> {
    const { since, until, beforeId, maxMessages, maxBytes } = query;
    const values = [
      this.#version,
      toWordQuery(query),
      toAudienceQuery(query),
      since,
      until === Number.POSITIVE_INFINITY ? NO_BOUND : until,
      beforeId,
      maxMessages + 1,
      MAX_SEARCH_MS,
      BLOCK_IDS,
    ];
    const rows = await this.#pools.search
      .read<[outcome: "p" | "b" | "c", ...message: MessageRow]>(SEARCH, values)
      .catch((error) => {
        if (wasCanceled(error)) return undefined;
        throw error;
      });
    if (rows === undefined) return { kind: "too-costly" };
    if (rows[0]?.[0] === "b") return { kind: "building" };
    const isCut = rows[0]?.[0] === "c";
    const messages = rows.filter((row) => row[1] !== null).map(([, ...message]) => toMessage(message));
    if (isCut && messages.length === 0) return { kind: "too-costly" };
    return { kind: "page", ...pageOf(messages, maxMessages, maxBytes, isCut) };
  }
}

/** The first messages that a page has space for. */
function pageOf(found: readonly Message[], maxMessages: number, maxBytes: number, isCut: boolean) {
  let bytes = 0;
  const end = found.findIndex(({ text }, i) => {
    bytes += Buffer.byteLength(text);
    return i === maxMessages || (i > 0 && bytes > maxBytes);
  });
  return end < 0 ? { messages: found, hasOlder: isCut } : { messages: found.slice(0, end), hasOlder: true };
}

/** The version as a number, so that PostgreSQL can tell a newer one. */
export function toVersion({ rules, icu }: SplitterVersion): number {
  return rules * 1_000_000 + icu;
}

/** The audience of a message as a tsvector. */
function toAudience(id: number, senderId: number, recipientId: number): string {
  const block = blockOf(id);
  return audienceOf(senderId, recipientId)
    .map((one) => `'${block}:${one}'`)
    .join(" ");
}

/** The terms of a query as a tsquery, with {b} for the block. */
function toWordQuery(query: SearchQuery): string {
  const terms = query.terms.map(({ words, isPrefix }) =>
    words.map((word, i) => `'{b}:${word}'${isPrefix && i === words.length - 1 ? ":*" : ""}`).join(" <-> "),
  );
  return terms.map((one) => `(${one})`).join(" & ");
}

/** The audience of a query as a tsquery, with {b} for the block. */
function toAudienceQuery(query: SearchQuery): string {
  return audienceFor(query)
    .map((one) => `(${one.map((token) => `'{b}:${token}'`).join(" | ")})`)
    .join(" & ");
}
