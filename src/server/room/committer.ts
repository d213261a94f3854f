import type { Log } from "./log.ts";
import type { Message } from "./message.ts";
import type { Bus } from "./ports/bus.ts";
import { OutcomeUnknown, StoreUnavailable } from "./ports/engines.ts";
import type { Appended, Draft, LogStore } from "./ports/log.ts";
import type { Tallies } from "./tallies.ts";

/** A commit: larger ones do not cost less a message, and make the next ones wait. */
const MAX_DRAFTS = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;
/** What may wait for the next commits, over all streams. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** What one who is let in is taken to bring: the longest text that is allowed by default. */
const USUAL_BYTES = 8 * 1024;

interface Waiting {
  readonly draft: Draft;
  readonly logId: string;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: one append under way, and what arrives meanwhile makes up the next one. What has been appended is told to every
 * node before its senders hear of it.
 */
export class Committer {
  readonly #store: LogStore;
  readonly #log: Log;
  readonly #bus: Bus;
  readonly #tallies: Tallies;
  readonly #timed: (sentAt: number) => void;
  readonly #report: (error: unknown) => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #underWay: Promise<void> | undefined;
  #wantRoom: (() => void)[] = [];
  /** Why the last commit failed; undefined if it did not. */
  #failure: string | undefined;

  /** `timed` is told the time of the newest message after each commit; milliseconds since the epoch. */
  constructor(parts: {
    store: LogStore;
    log: Log;
    bus: Bus;
    tallies: Tallies;
    timed?: (sentAt: number) => void;
    report: (error: unknown) => void;
  }) {
    this.#store = parts.store;
    this.#log = parts.log;
    this.#bus = parts.bus;
    this.#tallies = parts.tallies;
    this.#timed = parts.timed ?? (() => {});
    this.#report = parts.report;
  }

  /** How many drafts wait for the next commits. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when there is room for one more draft. */
  async room(): Promise<void> {
    while (this.#waitingBytes >= MAX_WAITING_BYTES) {
      await new Promise<void>((resolve) => this.#wantRoom.push(resolve));
    }
  }

  /**
   * Appends a draft; resolves when it is durable. `logId` is the log that its sender was told of: it gets into no other one, where the
   * ids of its accounts and its session may be those of somebody else. Throws `StoreUnavailable`, or `OutcomeUnknown`.
   */
  append(draft: Draft, logId: string): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft, logId, resolve, reject });
      this.#waitingBytes += sizeOf(draft);
      this.#underWay ??= this.#commitAll();
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#underWay;
  }

  async #commitAll(): Promise<void> {
    // What else arrives in this turn of the event loop belongs into the same commit. Measured, with 16 commands that come in one
    // packet: without this the first is committed alone, and a delivery costs 2.8 to 3.5 µs in place of 1.4.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#ofThisLog(this.#nextBatch());
      if (batch.length > 0) await this.#commit(batch);
    }
    this.#underWay = undefined;
  }

  #ofThisLog(batch: readonly Waiting[]): readonly Waiting[] {
    const { logId } = this.#log;
    if (batch.every((waiting) => waiting.logId === logId)) return batch;
    for (const waiting of batch) if (waiting.logId !== logId) waiting.reject(new StoreUnavailable(GONE_BACK));
    return batch.filter((waiting) => waiting.logId === logId);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { logId } = this.#log;
    try {
      const drafts = batch.map(({ draft }) => draft);
      const began = performance.now();
      const appended = await this.#store.append(drafts, logId);
      this.#tallies.commit(performance.now() - began, drafts.length);
      if (appended.length !== batch.length) throw new OutcomeUnknown("the store did not answer every draft");
      if (logId !== this.#log.logId) throw new OutcomeUnknown(GONE_BACK);
      this.#failure = undefined;
      const messages = newMessages(drafts, appended);
      if (messages.length > 0) this.#bus.publish({ kind: "grown", logId, messages });
      const newest = messages.at(-1);
      if (newest !== undefined) this.#timed(newest.sentAt);
      for (const [i, outcome] of appended.entries()) batch[i]?.resolve(outcome);
    } catch (error) {
      this.#tallies.commitsFailed += 1;
      // Clients try again and again: what keeps failing for the same reason is told once.
      const failure = String(error);
      if (failure !== this.#failure) this.#report(error);
      this.#failure = failure;
      // It may be in the log all the same, and then no hint of it will come; or it was refused because the log has gone back.
      this.#log.lookAgain();
      for (const { reject } of batch) reject(error);
    }
  }

  #nextBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && count < MAX_DRAFTS && bytes < MAX_BYTES) {
      bytes += sizeOf((this.#waiting[count] as Waiting).draft);
      count += 1;
    }
    this.#waitingBytes -= bytes;
    const roomFor = Math.ceil((MAX_WAITING_BYTES - this.#waitingBytes) / USUAL_BYTES);
    for (const resolve of this.#wantRoom.splice(0, roomFor)) resolve();
    return this.#waiting.splice(0, count);
  }
}

const GONE_BACK = "the log has gone back";

function newMessages(drafts: readonly Draft[], appended: readonly Appended[]): Message[] {
  return appended.flatMap((outcome, i) => {
    if (outcome.kind !== "accepted" || outcome.duplicate) return [];
    const { senderId, sender, recipientId, recipient, text } = drafts[i] as Draft;
    return [{ id: outcome.id, senderId, sender, recipientId, recipient, text, sentAt: outcome.sentAt }];
  });
}

/** What a draft takes in memory, about: its text may take two bytes a character. */
function sizeOf(draft: Draft): number {
  return draft.text.length * 2 + 200;
}
