import { foldUsername, isUsername } from "../accounts/credentials.ts";
import type { AccountStore } from "../accounts/ports/accountStore.ts";
import type { Session } from "../accounts/ports/sessionStore.ts";
import type { Limits } from "../common/limits.ts";
import { Refusal, storeUnavailable } from "../common/refusal.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import type { Committer } from "../log/committer.ts";
import type { AppendResult, KnownMessage, LogStore } from "../log/ports/logStore.ts";
import type { Roster } from "../presence/ports/roster.ts";
import type { RoomEvent } from "./events.ts";
import type { RateLimiter } from "./rateLimiter.ts";

/** A command that sends a message. */
export interface SendCommand {
  readonly session: Session;
  /** The log that the welcome of its stream named. */
  readonly logId: string;
  readonly requestId: string;
  /** The name as the client wrote it; `undefined` for everyone. */
  readonly recipient: string | undefined;
  readonly text: string;
}

/** The reply to a command; `undefined`: the session has ended, so there is no reply. Rejects with `OutcomeUnknown`. */
export type SubmitOutcome = Promise<RoomEvent | undefined>;

/** A command that is ordered after those before it, so that the next one of its stream may follow. */
export interface Submitted {
  readonly outcome: SubmitOutcome;
}

/**
 * Checks messages in the order of the contract (duplicate or reused, text, recipient, rate), and hands them to the
 * committer.
 *
 * The append itself finds out whether the log has the `requestId`. The submitter asks the log separately only before a
 * refusal: a message that was accepted once is a duplicate, even if it would be refused today.
 */
export class MessageSubmitter {
  readonly #log: LogStore;
  readonly #accounts: AccountStore;
  readonly #roster: Roster;
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
    this.#accounts = parts.accounts;
    this.#roster = parts.roster;
    this.#committer = parts.committer;
    this.#rate = parts.rate;
    this.#limits = parts.limits;
    this.#clock = parts.clock;
  }

  /** Resolves when the message is queued after those before it, or will not be queued. Never throws. */
  async submit(command: SendCommand): Promise<Submitted> {
    const { session, requestId } = command;
    if (requestId === "") return { outcome: (await this.#begin(command)).outcome };
    const key = `${session.accountId} ${requestId}`;
    for (let before = this.#inFlight.get(key); before !== undefined; before = this.#inFlight.get(key)) await before;
    const begun = this.#begin(command);
    const settled = begun.then(({ outcome }) => outcome).catch(() => {});
    this.#inFlight.set(key, settled);
    settled.then(() => this.#inFlight.delete(key));
    return { outcome: (await begun).outcome };
  }

  async #begin(command: SendCommand): Promise<Submitted> {
    try {
      this.#checkText(command.text);
      const recipient = await this.#findRecipient(command.recipient);
      await this.#checkRate(command.session.accountId);
      await this.#committer.waitForSpace();
      const { session, requestId, text } = command;
      const draft = {
        sessionId: session.id,
        senderId: session.accountId,
        sender: session.username,
        recipientId: recipient.accountId,
        recipient: recipient.username,
        requestId,
        text,
        at: this.#clock(),
      };
      const appended = this.#committer.append(draft, command.logId);
      return { outcome: this.#outcomeOf(session.accountId, appended) };
    } catch (error) {
      return { outcome: this.#refuse(command, error) };
    }
  }

  async #outcomeOf(accountId: number, appended: Promise<AppendResult>): SubmitOutcome {
    let isSpent = true;
    try {
      const result = await appended;
      // An accepted message is charged when the log replica brings it.
      isSpent = false;
      if (result.kind === "accepted") return result;
      return result.kind === "reused" ? rejected(requestIdReused()) : undefined;
    } catch (error) {
      if (error instanceof StoreUnavailable) return rejected(storeUnavailable(error));
      throw error;
    } finally {
      this.#rate.settle(accountId, isSpent);
    }
  }

  /** The outcome of a command that failed with `error`: a refusal, unless the log has the message already. */
  async #refuse(command: SendCommand, error: unknown): SubmitOutcome {
    try {
      const known = command.requestId === "" ? undefined : await this.#find(command);
      if (known !== undefined) {
        if (!isSame(known, command)) return rejected(requestIdReused());
        return { kind: "accepted", id: known.id, sentAt: known.sentAt, duplicate: true };
      }
      if (error instanceof Refusal) return rejected(error);
      throw error;
    } catch (failure) {
      if (failure instanceof StoreUnavailable) return rejected(storeUnavailable(failure));
      throw failure;
    }
  }

  async #find({ session: { accountId }, requestId }: SendCommand): Promise<KnownMessage | undefined> {
    const before = this.#lookups.get(accountId);
    const found = (before ?? Promise.resolve()).then(() => this.#log.find(accountId, requestId));
    const ended = found.catch(() => {});
    this.#lookups.set(accountId, ended);
    try {
      return await found;
    } finally {
      if (this.#lookups.get(accountId) === ended) this.#lookups.delete(accountId);
    }
  }

  #checkText(text: string): void {
    const { maxTextBytes } = this.#limits;
    if (text === "") throw new Refusal("TEXT_EMPTY", "The message has no text.");
    const bytes = Buffer.byteLength(text);
    if (bytes > maxTextBytes) {
      throw new Refusal(
        "TEXT_TOO_LONG",
        `The text has ${bytes} bytes: take at most ${maxTextBytes}, or send it in parts.`,
      );
    }
    if (text.includes("\0")) throw new Refusal("TEXT_INVALID", "The text has a U+0000: take it out.");
  }

  async #findRecipient(written: string | undefined): Promise<{ accountId: number; username: string }> {
    if (written === undefined) return { accountId: 0, username: "" };
    const username = foldUsername(written);
    const shown = JSON.stringify(username.slice(0, 64));
    // A store may not be able to look for a text that is not a username.
    const isName = isUsername(username);
    const online = isName ? await this.#roster.find(username) : undefined;
    if (online !== undefined) return online;
    const account = isName ? await this.#accounts.find(username) : undefined;
    if (account === undefined) {
      throw new Refusal("RECIPIENT_UNKNOWN", `Nobody here is called ${shown}. See who is online with "list".`);
    }
    throw new Refusal("RECIPIENT_OFFLINE", `${shown} is not online. Try again when they are, or say it to everyone.`);
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

/** What the client has written of a message: a new field of messages is compared too. */
type Written = Omit<KnownMessage, "id" | "sentAt">;

function isSame(known: KnownMessage, { recipient, text }: SendCommand): boolean {
  // An empty name is not the name of everyone.
  if (recipient === "") return false;
  const sent: Written = { recipient: foldUsername(recipient ?? ""), text };
  return (Object.keys(sent) as (keyof Written)[]).every((field) => sent[field] === known[field]);
}

function requestIdReused(): Refusal {
  return new Refusal("REQUEST_ID_REUSED", "Another message was sent under this request_id. Take a new one.");
}
