import { DEFAULT_SIZES } from "../../src/server/common/limits.ts";
import type { Entry } from "../../src/server/log/entry.ts";
import { LogReplica } from "../../src/server/log/logReplica.ts";
import type { LogStore } from "../../src/server/log/ports/logStore.ts";
import { encoder, idsOf } from "../support/encoder.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, enlist, headOf, type Person, range, type Store, useStore } from "../support/storeFixture.ts";

/** A reader of the public messages with this cursor. */
export const at = (cursor: number) => ({ cursor, accountId: 0, changesAfter: 0 });

/** The options of a replica for a test. */
export interface ReplicaOptions {
  /** Entries in a page. Default: 4. */
  readonly page?: number;
  /** The size of the timeline in bytes. Default: a million. */
  readonly timeline?: number;
  /** The wait for missing messages in milliseconds. Default: 1. */
  readonly hole?: number;
  /** Wraps the store's log. */
  readonly through?: (log: LogStore) => LogStore;
}

/** A store to which a test appends, and replicas of its log. */
export class ReplicatedStore {
  readonly #store: Store;
  #ana: Person | undefined;
  /** The head of the log before the test. The ids below count from it. */
  base = 0;

  /** One store for all tests of a `describe`. */
  constructor() {
    this.#store = useStore(sqliteFixture);
    beforeEach(async () => {
      this.#ana = await enlist(this.#store, "ana");
      this.base = await headOf(this.log);
    });
  }

  get log(): LogStore {
    return this.#store.log;
  }

  /** The account that sends all messages. */
  get sender(): Person {
    return this.#ana as Person;
  }

  /** Appends messages to the store, as another node does. Resolves with the entries of the notification. */
  async append(count: number): Promise<Entry[]> {
    const head = await headOf(this.log);
    await this.log.append(range(1, count).map((i) => draft(this.sender, `text ${i}`)));
    return this.log.read(head + 1, head + count);
  }

  /** Opens a replica. Also returns the ids of its new messages, and its reports of whether the store answers. */
  async open({ through = (log) => log, page = 4, timeline = 1_000_000, hole = 1 }: ReplicaOptions = {}) {
    const appended: number[] = [];
    const answers: boolean[] = [];
    const log = await LogReplica.open(
      through(this.log),
      encoder,
      { ...DEFAULT_SIZES, pageMessages: page, timelineBytes: timeline },
      { holeTimeoutMs: hole },
    );
    log.listen({
      appended: (entries) => appended.push(...entries.map(({ id }) => id - this.base)),
      regressed: () => {},
      storeAnswers: (does) => answers.push(does),
    });
    return { log, appended, answers };
  }

  /** The ids of the messages that a reader with the cursor `after` gets. */
  async readFrom(log: LogReplica, after: number): Promise<number[]> {
    const ids: number[] = [];
    while (after < log.headId) {
      const chunk = log.take(at(after));
      if (chunk === undefined) await log.loadPage(at(after));
      else {
        ids.push(...(chunk.bytes.length > 0 ? idsOf(chunk.bytes) : []));
        after = chunk.cursor;
      }
    }
    return ids.map((id) => id - this.base);
  }
}
