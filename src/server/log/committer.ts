import { type Stopwatch, systemStopwatch } from "../common/stopwatch.ts";
import { OutcomeUnknown, StoreUnavailable } from "../common/storeErrors.ts";
import type { Entry } from "./entry.ts";
import type { LogReplica } from "./logReplica.ts";
import type { Bus } from "./ports/bus.ts";
import type { AppendResult, Draft, LogStore } from "./ports/logStore.ts";

/** The bounds of one commit: larger commits do not cost less per message, and delay the next ones. */
const MAX_COMMIT_DRAFTS = 1_000;
const MAX_COMMIT_BYTES = 4 * 1024 * 1024;
/** The bound of the drafts that wait for the next commits, over all streams. */
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/**
 * The assumed size of a draft that waits for space: that of the longest text allowed by default. It decides how many
 * waiters are admitted.
 */
const ASSUMED_DRAFT_BYTES = 8 * 1024;
/** The memory that a draft takes in addition to its text. */
const DRAFT_OVERHEAD_BYTES = 200;

interface QueuedDraft {
  readonly draft: Draft;
  readonly logId: string;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: one append is in flight, and the drafts that arrive meanwhile form the next one. The entries are
 * published on the bus before their senders get the result.
 */
export class Committer {
  readonly #store: LogStore;
  readonly #log: LogReplica;
  readonly #bus: Bus;
  readonly #onCommitted: (newest: Entry) => void;
  readonly #stopwatch: Stopwatch;
  readonly #report: (error: unknown) => void;
  #queue: QueuedDraft[] = [];
  #queuedBytes = 0;
  #inFlight: Promise<void> | undefined;
  #spaceWaiters: (() => void)[] = [];
  /** The error of the last commit; undefined if it succeeded. */
  #failure: string | undefined;

  /** `onCommitted` receives the newest entry of each commit. */
  constructor(parts: {
    store: LogStore;
    log: LogReplica;
    bus: Bus;
    onCommitted?: (newest: Entry) => void;
    stopwatch?: Stopwatch;
    report: (error: unknown) => void;
  }) {
    this.#store = parts.store;
    this.#log = parts.log;
    this.#bus = parts.bus;
    this.#onCommitted = parts.onCommitted ?? (() => {});
    this.#stopwatch = parts.stopwatch ?? systemStopwatch;
    this.#report = parts.report;
  }

  /** The number of drafts that wait for the next commits; those in flight do not count. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Resolves when there is space for one more draft. */
  async waitForSpace(): Promise<void> {
    while (this.#queuedBytes >= MAX_QUEUED_BYTES) {
      await new Promise<void>((resolve) => this.#spaceWaiters.push(resolve));
    }
  }

  /**
   * Appends a draft; resolves when the entry is durable, or when the draft is certainly not appended.
   * `logId`: the log that the welcome of the sender's stream named. The draft is not appended to another log, in which
   * the same ids may mean other accounts and sessions. Throws `StoreUnavailable` or `OutcomeUnknown`.
   */
  append(draft: Draft, logId: string): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ draft, logId, resolve, reject });
      this.#queuedBytes += sizeOf(draft);
      this.#inFlight ??= this.#commitAll();
    });
  }

  /** Resolves when no draft is queued or in flight. */
  async idle(): Promise<void> {
    await this.#inFlight;
  }

  async #commitAll(): Promise<void> {
    // All drafts of one turn of the event loop belong in the same commit. Measured with 16 commands in one packet:
    // without this the first one is committed alone, and a delivery costs 2.8 to 3.5 µs instead of 1.4.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#rejectOtherLogs(this.#nextBatch());
      if (batch.length > 0) await this.#commit(batch);
    }
    this.#inFlight = undefined;
  }

  #rejectOtherLogs(batch: readonly QueuedDraft[]): readonly QueuedDraft[] {
    const { logId } = this.#log;
    if (batch.every((queued) => queued.logId === logId)) return batch;
    for (const queued of batch) if (queued.logId !== logId) queued.reject(new StoreUnavailable(LOG_REGRESSED));
    return batch.filter((queued) => queued.logId === logId);
  }

  async #commit(batch: readonly QueuedDraft[]): Promise<void> {
    const { logId } = this.#log;
    try {
      const drafts = batch.map(({ draft }) => draft);
      const began = this.#stopwatch();
      const results = await this.#store.append(drafts, logId);
      this.#log.counters.commit(this.#stopwatch() - began, drafts.length);
      if (results.length !== batch.length) throw new OutcomeUnknown("the store did not answer every draft");
      if (logId !== this.#log.logId) throw new OutcomeUnknown(LOG_REGRESSED);
      this.#failure = undefined;
      const entries = results.flatMap((result) => (result.kind === "appended" ? [result.entry] : []));
      if (entries.length > 0) this.#bus.publish({ kind: "appended", logId, entries });
      const newest = entries.at(-1);
      if (newest !== undefined) this.#onCommitted(newest);
      for (const [i, result] of results.entries()) batch[i]?.resolve(result);
    } catch (error) {
      this.#log.counters.commitsFailed += 1;
      // Clients retry again and again, so a repeated failure is reported once.
      const failure = String(error);
      if (failure !== this.#failure) this.#report(error);
      this.#failure = failure;
      // The batch may be in the log without a notification, or the store may have refused it after a regression.
      this.#log.sync.schedule();
      for (const { reject } of batch) reject(error);
    }
  }

  #nextBatch(): QueuedDraft[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < MAX_COMMIT_DRAFTS && bytes < MAX_COMMIT_BYTES) {
      bytes += sizeOf((this.#queue[count] as QueuedDraft).draft);
      count += 1;
    }
    this.#queuedBytes -= bytes;
    const admitted = Math.ceil((MAX_QUEUED_BYTES - this.#queuedBytes) / ASSUMED_DRAFT_BYTES);
    for (const resolve of this.#spaceWaiters.splice(0, admitted)) resolve();
    return this.#queue.splice(0, count);
  }
}

const LOG_REGRESSED = "the log has gone back";

/** About the memory that a draft takes: its text may take two bytes a character. */
function sizeOf(draft: Draft): number {
  return (draft.kind === "deleted" ? 0 : draft.text.length * 2) + DRAFT_OVERHEAD_BYTES;
}
