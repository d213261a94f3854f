import { openPostgresStore, type PostgresStore } from "../../src/server/engines/postgres/index.ts";
import type { Draft } from "../../src/server/room/ports/log.ts";
import { Histogram } from "./histogram.ts";

const DAY = 24 * 60 * 60 * 1000;

/** A node's store in PostgreSQL without the node: it appends one batch after the other, as a node that is never idle does. */
export class Appender {
  /** From the call of `append` until it has resolved. */
  readonly times = new Histogram();
  readonly #store: PostgresStore;
  readonly #sender: Omit<Draft, "requestId" | "text" | "at">;
  #appended = 0;

  private constructor(store: PostgresStore, sender: Omit<Draft, "requestId" | "text" | "at">) {
    this.#store = store;
    this.#sender = sender;
  }

  /** Opens the store with an account of its own. */
  static async open(url: string, username: string): Promise<Appender> {
    const store = await openPostgresStore({ url, report: () => {} });
    const now = Date.now();
    const account = await store.accounts.create(username, "no hash", now);
    if (!account) throw new Error(`The new store has an account ${username} already.`);
    const tokenHash = new Uint8Array(32).fill(account.id);
    const session = { tokenHash, accountId: account.id, at: now, expiresAt: now + DAY };
    const { id: sessionId } = await store.sessions.open(session);
    const sender = { sessionId, senderId: account.id, sender: username, recipientId: 0, recipient: "" };
    return new Appender(store, sender);
  }

  /** How many messages it has appended. */
  get appended(): number {
    return this.#appended;
  }

  /** Appends batches of so many messages for as long as `goesOn` says so. */
  async run(messages: number, textBytes: number, goesOn: () => boolean): Promise<void> {
    const text = "x".repeat(textBytes);
    while (goesOn()) {
      const at = Date.now();
      const batch = Array.from({ length: messages }, (_, index) => {
        return { ...this.#sender, requestId: String(this.#appended + index), text, at };
      });
      const began = performance.now();
      const outcomes = await this.#store.log.append(batch);
      this.times.add(performance.now() - began);
      const refused = outcomes.find((outcome) => outcome.kind !== "accepted" || outcome.duplicate);
      if (refused) throw new Error(`PostgreSQL did not take a message: ${refused.kind}.`);
      this.#appended += messages;
    }
  }

  /** The id of the newest message that anybody has appended. */
  async headId(): Promise<number> {
    return (await this.#store.log.state()).headId;
  }

  async close(): Promise<void> {
    await this.#store.close();
  }
}
