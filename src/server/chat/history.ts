import type { AccountStore } from "../accounts/ports/accountStore.ts";
import type { Stopwatch } from "../common/stopwatch.ts";
import type { Message } from "../log/entry.ts";
import type { LogStore } from "../log/ports/logStore.ts";
import type { Counters } from "./counters.ts";
import { findNamed, idOf, pageBounds } from "./pages.ts";

const PAGE_SIZES = { defaultSize: 50, maxSize: 500 };

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
    const other = await findNamed(this.#accounts, peer);
    if (other.kind === "unknown") return EMPTY_PAGE;
    const began = this.#stopwatch();
    const { messages, hasOlder } = await this.#log.history({
      accountId,
      peerId: idOf(other),
      beforeId: beforeId === 0 ? Number.MAX_SAFE_INTEGER : beforeId,
      ...pageBounds(pageSize, PAGE_SIZES),
    });
    this.#counters.historyTimes.add(this.#stopwatch() - began);
    return { messages, nextBeforeId: hasOlder ? (messages[0]?.id ?? 0) : 0 };
  }
}
