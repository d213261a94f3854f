import type { AccountStore } from "../accounts/ports/accountStore.ts";
import type { Session } from "../accounts/ports/sessionStore.ts";
import type { Limits } from "../common/limits.ts";
import { Refusal, storeUnavailable } from "../common/refusal.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import type { Committer } from "../log/committer.ts";
import { timeOf } from "../log/entry.ts";
import type { AppendResult, KnownResult, LogStore } from "../log/ports/logStore.ts";
import type { Roster } from "../presence/ports/roster.ts";
import { CommandChecks, messageUnknown, notTheSender } from "./commandChecks.ts";
import type { RoomEvent } from "./events.ts";
import type { RateLimiter } from "./rateLimiter.ts";
import { contentOf, type WriteCommand } from "./writeCommand.ts";

/** A command that writes, and its sender. */
export interface Submission {
  readonly session: Session;
  /** The log that the welcome of its stream named. */
  readonly logId: string;
  readonly requestId: string;
  readonly command: WriteCommand;
}

/** The reply to a command; `undefined`: the session has ended, so there is no reply. Rejects with `OutcomeUnknown`. */
export type SubmitOutcome = Promise<RoomEvent | undefined>;

/** A command that is ordered after those before it, so that the next one of its stream may follow. */
export interface Submitted {
  readonly outcome: SubmitOutcome;
}

/**
 * Checks commands that write, in the order of the contract (duplicate or reused, text, message, recipient, rate), and
 * hands their drafts to the committer.
 *
 * The append itself finds out whether the log has the `requestId`. The submitter asks the log separately only before a
 * refusal: a command that was accepted once is a duplicate, even if it would be refused today.
 */
export class MessageSubmitter {
  readonly #log: LogStore;
  readonly #checks: CommandChecks;
  readonly #committer: Committer;
  readonly #rate: RateLimiter;
  readonly #limits: Limits;
  readonly #clock: () => number;
  /** The last lookup of each account, which the next one waits for: a client that floods delays only itself. */
  readonly #lookups = new Map<number, Promise<unknown>>();
  /** The commands in flight, by account and `requestId`. Each promise resolves when the outcome is known. */
  readonly #inFlight = new Map<string, Promise<unknown>>();

  constructor(parts: {
    log: LogStore;
    accounts: AccountStore;
    roster: Roster;
    committer: Committer;
    rate: RateLimiter;
    limits: Limits;
    clock: () => number;
  }) {
    this.#log = parts.log;
    this.#checks = new CommandChecks(parts);
    this.#committer = parts.committer;
    this.#rate = parts.rate;
    this.#limits = parts.limits;
    this.#clock = parts.clock;
  }

  /** Resolves when the draft is queued after those before it, or will not be queued. Never throws. */
  async submit(submission: Submission): Promise<Submitted> {
    const { session, requestId } = submission;
    if (requestId === "") return { outcome: (await this.#begin(submission)).outcome };
    const key = `${session.accountId} ${requestId}`;
    for (let before = this.#inFlight.get(key); before !== undefined; before = this.#inFlight.get(key)) await before;
    const begun = this.#begin(submission);
    const settled = begun.then(({ outcome }) => outcome).catch(() => {});
    this.#inFlight.set(key, settled);
    settled.then(() => this.#inFlight.delete(key));
    return { outcome: (await begun).outcome };
  }

  async #begin(submission: Submission): Promise<Submitted> {
    const { session, logId, requestId } = submission;
    let { command } = submission;
    try {
      command = await this.#checks.resolve(session, command);
      const content = await this.#checks.check(session, logId, command);
      await this.#checkRate(session.accountId);
      await this.#committer.waitForSpace();
      const { id: sessionId, accountId: senderId, username: sender } = session;
      const draft = { sessionId, senderId, sender, requestId, at: this.#clock(), ...content };
      return { outcome: this.#outcomeOf(submission, this.#committer.append(draft, logId)) };
    } catch (error) {
      return { outcome: this.#refuse({ ...submission, command }, error) };
    }
  }

  async #outcomeOf({ session, command }: Submission, appended: Promise<AppendResult>): SubmitOutcome {
    let isSpent = true;
    try {
      const result = await appended;
      // An entry that was appended is charged when the log replica brings it.
      isSpent = false;
      return replyTo(result, command);
    } catch (error) {
      if (error instanceof StoreUnavailable) return rejected(storeUnavailable(error));
      throw error;
    } finally {
      this.#rate.settle(session.accountId, isSpent);
    }
  }

  /** The outcome of a command that failed with `error`: a refusal, unless the log has the entry already. */
  async #refuse(submission: Submission, error: unknown): SubmitOutcome {
    try {
      const known = submission.requestId === "" ? undefined : await this.#find(submission);
      if (known !== undefined) return replyTo(known, submission.command);
      if (error instanceof Refusal) return rejected(error);
      throw error;
    } catch (failure) {
      if (failure instanceof StoreUnavailable) return rejected(storeUnavailable(failure));
      throw failure;
    }
  }

  async #find({ session: { accountId }, requestId, command }: Submission): Promise<KnownResult | undefined> {
    const before = this.#lookups.get(accountId);
    const content = contentOf(command);
    const found = (before ?? Promise.resolve()).then(() => this.#log.find(accountId, requestId, content));
    const ended = found.catch(() => {});
    this.#lookups.set(accountId, ended);
    try {
      return await found;
    } finally {
      if (this.#lookups.get(accountId) === ended) this.#lookups.delete(accountId);
    }
  }

  async #checkRate(accountId: number): Promise<void> {
    const wait = await this.#rate.take(accountId);
    if (wait === 0) return;
    const { messagesPerSecond, burst } = this.#limits;
    throw new Refusal(
      "RATE_LIMITED",
      `That is too fast: ${burst} messages at once and then ${messagesPerSecond} a second. Try again in ${wait} ms.`,
      { retryAfterMs: wait },
    );
  }
}

/** The event for a refusal. */
export function rejected({ reason, message, retryAfterMs }: Refusal): RoomEvent {
  return { kind: "rejected", reason, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** The reply to a command with this result; `undefined` if the session has ended. */
function replyTo(result: AppendResult, command: WriteCommand): RoomEvent | undefined {
  switch (result.kind) {
    case "appended": {
      const { entry } = result;
      return { kind: "accepted", id: entry.id, sentAt: timeOf(entry), duplicate: false };
    }
    case "duplicate":
      return { kind: "accepted", id: result.id, sentAt: result.sentAt, duplicate: true };
    case "reused":
      return rejected(requestIdReused());
    case "session-ended":
      return undefined;
    case "message-unknown":
      return rejected(messageUnknown(messageIdOf(command)));
    case "not-the-sender":
      return rejected(notTheSender(messageIdOf(command)));
  }
}

/** The id of the message that a command names. */
function messageIdOf(command: WriteCommand): number {
  return command.kind === "send" ? command.replyTo : command.messageId;
}

function requestIdReused(): Refusal {
  return new Refusal("REQUEST_ID_REUSED", "Another command was accepted under this request_id. Take a new one.");
}
