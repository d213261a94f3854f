import { foldUsername } from "../accounts/credentials.ts";
import type { AccountStore } from "../accounts/ports/accountStore.ts";
import type { Secrets } from "../accounts/ports/secrets.ts";
import { RETRY_SOON_MS, Refusal } from "../common/refusal.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { Message } from "../log/entry.ts";
import type { SearchIndex, SearchQuery, SearchResult } from "../search/ports/searchIndex.ts";
import { parseQuery } from "../search/query.ts";
import { Splitter } from "../search/words.ts";
import type { Counters } from "./counters.ts";
import { findNamed, idOf, pageBounds } from "./pages.ts";

const PAGE_SIZES = { defaultSize: 20, maxSize: 100 };
/**
 * How many searches of all accounts may be under way on a node. Most take a few milliseconds. Of those that take a
 * second, the two connections to PostgreSQL manage so many in the 10 s that a call may wait for a connection.
 */
const MAX_SEARCHES = 20;

/** A page token has an id and the first half of a digest, in base64url. */
const ID_BYTES = 8;
const DIGEST_BYTES = 16;
const TOKEN_LENGTH = ((ID_BYTES + DIGEST_BYTES) * 4) / 3;

/** Which page of which search a user asks for. */
export interface SearchRequest {
  /** As the client wrote it. */
  readonly query: string;
  /** A name as the client wrote it: only messages that this user sent. Empty: of all. */
  readonly sender: string;
  /** A name as the client wrote it: only the private messages with that user. Empty: everything. */
  readonly peer: string;
  /** Only messages that were sent at this time or later; milliseconds since the epoch. Undefined: always. */
  readonly since: number | undefined;
  /** Only messages that were sent before this time; milliseconds since the epoch. Undefined: up to now. */
  readonly until: number | undefined;
  /** The most messages; 0 or less means 20, and more than 100 means 100. */
  readonly pageSize: number;
  /** That of the page before; empty: the first page. */
  readonly pageToken: string;
}

/** A page of messages that were found. */
export interface SearchPage {
  /** In falling order of id. */
  readonly messages: readonly Message[];
  /** For the next page; empty if this is the last one. */
  readonly nextPageToken: string;
}

const EMPTY_PAGE: SearchPage = { messages: [], nextPageToken: "" };

/** Finds the messages that a user may see by their words, page by page from the newest to the oldest. */
export class Search {
  readonly #index: SearchIndex;
  readonly #accounts: AccountStore;
  readonly #secrets: Secrets;
  readonly #counters: Counters;
  readonly #stopwatch: Stopwatch;
  // Made only when needed, because that takes 12 ms.
  #splitter: Splitter | undefined;
  #running = 0;

  constructor(parts: {
    index: SearchIndex;
    accounts: AccountStore;
    secrets: Secrets;
    counters: Counters;
    stopwatch: Stopwatch;
  }) {
    this.#index = parts.index;
    this.#accounts = parts.accounts;
    this.#secrets = parts.secrets;
    this.#counters = parts.counters;
    this.#stopwatch = parts.stopwatch;
  }

  /**
   * A page for an account. Refusals: `QUERY_INVALID`, `PAGE_TOKEN_INVALID`, `INDEX_BUILDING`, `OVERLOADED`. Throws
   * `StoreUnavailable`.
   */
  async page(accountId: number, request: SearchRequest): Promise<SearchPage> {
    const { query, sender, peer, since = 0, until = Number.POSITIVE_INFINITY, pageSize, pageToken } = request;
    this.#splitter ??= new Splitter();
    const terms = parseQuery(query, this.#splitter);
    const beforeId = pageToken === "" ? Number.MAX_SAFE_INTEGER : this.#beforeIdOf(pageToken, accountId, request);
    const from = await findNamed(this.#accounts, sender);
    const other = await findNamed(this.#accounts, peer);
    if (from.kind === "unknown" || other.kind === "unknown") return EMPTY_PAGE;
    const result = await this.#search({
      accountId,
      terms,
      senderId: idOf(from),
      peerId: idOf(other),
      since,
      until,
      beforeId,
      ...pageBounds(pageSize, PAGE_SIZES),
    });
    if (result.kind === "building") throw indexBuilding();
    if (result.kind === "too-costly") throw tooCostly();
    const last = result.hasOlder ? result.messages.at(-1) : undefined;
    const nextPageToken = last === undefined ? "" : this.#tokenOf(last.id, accountId, request);
    return { messages: result.messages, nextPageToken };
  }

  async #search(query: SearchQuery): Promise<SearchResult> {
    if (this.#running >= MAX_SEARCHES) throw tooManySearches();
    this.#running += 1;
    const began = this.#stopwatch();
    try {
      const result = await this.#index.search(query);
      this.#counters.searchTimes.add(this.#stopwatch() - began);
      this.#counters.searches.add(outcomeOf(result));
      return result;
    } finally {
      this.#running -= 1;
    }
  }

  /** The id of the last message before a page. Refusal: `PAGE_TOKEN_INVALID`. */
  #beforeIdOf(pageToken: string, accountId: number, request: SearchRequest): number {
    const bytes = Buffer.from(pageToken.slice(0, TOKEN_LENGTH), "base64url");
    const id = bytes.length < ID_BYTES ? 0 : Number(bytes.readBigUInt64BE());
    // The token must be exactly the one that `tokenOf` makes: base64 has several encodings of the same bytes.
    if (Number.isSafeInteger(id) && this.#tokenOf(id, accountId, request) === pageToken) return id;
    throw new Refusal(
      "PAGE_TOKEN_INVALID",
      "This is not a page token of this search: take next_page_token of the page before, with the same query, " +
        "sender, peer, since and until, or none for the first page.",
      { field: "pageToken" },
    );
  }

  /**
   * The token of the page after the message with an id. It needs no key: with a token of their own making, clients see
   * no more than with a search without one.
   */
  #tokenOf(id: number, accountId: number, { query, sender, peer, since, until }: SearchRequest): string {
    const bound = [id, accountId, query, foldUsername(sender), foldUsername(peer), since ?? null, until ?? null];
    const token = Buffer.alloc(ID_BYTES + DIGEST_BYTES);
    token.writeBigUInt64BE(BigInt(id));
    token.set(this.#secrets.digest(JSON.stringify(bound)).subarray(0, DIGEST_BYTES), ID_BYTES);
    return token.toString("base64url");
  }
}

function outcomeOf(result: SearchResult): "found" | "nothing" | "building" | "too-costly" {
  if (result.kind !== "page") return result.kind;
  return result.messages.length > 0 ? "found" : "nothing";
}

function indexBuilding(): Refusal {
  return new Refusal(
    "INDEX_BUILDING",
    "The server is still building its search index, and cannot search all messages yet. Try again in a second.",
    { retryAfterMs: RETRY_SOON_MS },
  );
}

function tooCostly(): Refusal {
  return new Refusal(
    "OVERLOADED",
    "This search took too long. Search for rarer or longer words, or bound the time with since and until.",
    { retryAfterMs: RETRY_SOON_MS },
  );
}

function tooManySearches(): Refusal {
  return new Refusal("OVERLOADED", "Too many searches are under way at the moment. Try again in a second.", {
    retryAfterMs: RETRY_SOON_MS,
  });
}
