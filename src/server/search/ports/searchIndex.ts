import type { Message } from "../../log/entry.ts";
import type { Term } from "../query.ts";

/** Which messages a page of results has. */
export interface SearchQuery {
  /** The account that asks: the page has only messages that it may see. */
  readonly accountId: number;
  /** The messages have all of these. At least one. */
  readonly terms: readonly Term[];
  /** The account that sent the messages; `undefined`: any. */
  readonly senderId: number | undefined;
  /** The other account of a private conversation, or `accountId` for notes to oneself; `undefined`: everything. */
  readonly peerId: number | undefined;
  /** The messages were sent at this time or later; milliseconds since the epoch. */
  readonly since: number;
  /** The messages were sent before this time; milliseconds since the epoch, or infinity. */
  readonly until: number;
  /** The messages have smaller ids. */
  readonly beforeId: number;
  readonly maxMessages: number;
  /** The bound of the texts of a page, in bytes. A page has at least one message, if there is one. */
  readonly maxBytes: number;
}

/** The result of a search. */
export type SearchResult =
  | {
      readonly kind: "page";
      /** In falling order of id. */
      readonly messages: readonly Message[];
      /** Whether there may be older results. The page may have room for them. */
      readonly hasOlder: boolean;
    }
  /** The index does not have all messages yet that the search must look at. */
  | { readonly kind: "building" }
  /** The search took too long, and found nothing until then. */
  | { readonly kind: "too-costly" };

/**
 * The words of all messages, so that a search reads only what it needs. The words are those of `Splitter`; if its version
 * is not that of the index, the index is built again.
 *
 * The index follows the log: `advance` adds new messages. An edit or a deletion changes it in its own commit, so that no
 * search finds a message by a text that it does not have any more. Truncated messages are not found any more either; their
 * words leave the index later.
 */
export interface SearchIndex {
  /**
   * Adds the next messages of the log to the index, in one short commit, which need not be on disk when this resolves:
   * after a crash the index goes on from an earlier message. Resolves with whether there is more to do now. On a store that
   * nodes share, one node adds messages at a time. Throws `StoreUnavailable` or `OutcomeUnknown`.
   */
  advance(): Promise<boolean>;

  /**
   * The newest messages that match a query. A search costs a bounded time, and delays no append. Throws
   * `StoreUnavailable`.
   */
  search(query: SearchQuery): Promise<SearchResult>;
}
