import { foldUsername, isUsername } from "../accounts/credentials.ts";
import type { AccountStore } from "../accounts/ports/accountStore.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { Message } from "../log/entry.ts";
import type { LogStore } from "../log/ports/logStore.ts";
import type { Counters } from "./counters.ts";

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 500;
/** The bound of a page on the wire, in bytes, unless one message alone is larger. */
const MAX_PAGE_BYTES = 1024 * 1024;
/** A message takes less than this on the wire in addition to its text: two names, three ids and two times. */
const MESSAGE_OVERHEAD_BYTES = 160;

/** Which page of the history a user asks for. */
export interface HistoryRequest {
  /** The page has only messages with smaller ids; 0: from the newest. */
  readonly beforeId: number;
  /** A name as the client wrote it: only the private messages with that user. Empty: everything. */
  readonly peer: string;
  /** The most messages; 0 or less means 50, and more than 500 means 500. */
  readonly pageSize: number;
}

/** A page of the history. */
export interface HistoryPage {
  /** In order of id. */
  readonly messages: readonly Message[];
  /** `beforeId` of the next page, which is older; 0: the user may see nothing older. */
  readonly nextBeforeId: number;
}

const EMPTY_PAGE: HistoryPage = { messages: [], nextBeforeId: 0 };

/** The messages that a user may see, page by page from the newest to the oldest. */
export class History {
  readonly #log: LogStore;
  readonly #accounts: AccountStore;
  readonly #counters: Counters;
  readonly #stopwatch: Stopwatch;

  constructor(parts: { log: LogStore; accounts: AccountStore; counters: Counters; stopwatch: Stopwatch }) {
    this.#log = parts.log;
    this.#accounts = parts.accounts;
    this.#counters = parts.counters;
    this.#stopwatch = parts.stopwatch;
  }

  /** A page of an account. Throws `StoreUnavailable`. */
  async page(accountId: number, { beforeId, peer, pageSize }: HistoryRequest): Promise<HistoryPage> {
    const peerId = peer === "" ? undefined : await this.#findPeer(peer);
    if (peer !== "" && peerId === undefined) return EMPTY_PAGE;
    const maxMessages = pageSize <= 0 ? DEFAULT_PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE);
    const began = this.#stopwatch();
    const { messages, hasOlder } = await this.#log.history({
      accountId,
      peerId,
      beforeId: beforeId === 0 ? Number.MAX_SAFE_INTEGER : beforeId,
      maxMessages,
      maxBytes: MAX_PAGE_BYTES - maxMessages * MESSAGE_OVERHEAD_BYTES,
    });
    this.#counters.historyTimes.add(this.#stopwatch() - began);
    return { messages, nextBeforeId: hasOlder ? (messages[0]?.id ?? 0) : 0 };
  }

  async #findPeer(peer: string): Promise<number | undefined> {
    const username = foldUsername(peer);
    // A store may not be able to look for a text that is not a username.
    return isUsername(username) ? (await this.#accounts.find(username))?.id : undefined;
  }
}
