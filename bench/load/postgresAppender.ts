import { openPostgresStore, type PostgresStore } from "../../src/server/engines/postgres/index.ts";
import type { MessageDraft } from "../../src/server/log/ports/logStore.ts";
import { Histogram } from "./histogram.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * A node's store in PostgreSQL without the node. It appends one batch after another, as a node under full load does.
 */
export class Appender {
  /** From the call of `append` until it resolves. */
  readonly times = new Histogram();
  readonly #store: PostgresStore;
  readonly #sender: Omit<MessageDraft, "requestId" | "text" | "at">;
  #appended = 0;

  private constructor(store: PostgresStore, sender: Omit<MessageDraft, "requestId" | "text" | "at">) {
    this.#store = store;
    this.#sender = sender;
  }

  /** Opens the store and creates the account that sends the messages. */
  static async open(url: string, username: string): Promise<Appender> {
    const store = await openPostgresStore({ url, report: () => {} });
    const now = Date.now();
    const account = await store.accounts.create(username, "no hash", now);
    if (!account) throw new Error(`The new store has an account ${username} already.`);
    const tokenHash = new Uint8Array(32).fill(account.id);
    const session = { tokenHash, accountId: account.id, at: now, expiresAt: now + DAY_MS };
    const { id: sessionId } = await store.sessions.open(session);
    const author = { sessionId, senderId: account.id, sender: username };
    const sender = { ...author, kind: "message" as const, recipientId: 0, recipient: "", replyTo: 0 };
    return new Appender(store, sender);
  }

  /** The number of messages that this appender has appended. */
  get appended(): number {
    return this.#appended;
  }

  /** Appends batches of this many messages until `shouldContinue` returns false. */
  async run(messages: number, textBytes: number, shouldContinue: () => boolean): Promise<void> {
    const text = "x".repeat(textBytes);
    while (shouldContinue()) {
      const at = Date.now();
      const batch = Array.from({ length: messages }, (_, index) => {
        return { ...this.#sender, requestId: String(this.#appended + index), text, at };
      });
      const began = performance.now();
      const outcomes = await this.#store.log.append(batch);
      this.times.add(performance.now() - began);
      const refused = outcomes.find((outcome) => outcome.kind !== "appended");
      if (refused) throw new Error(`PostgreSQL did not append a message: ${refused.kind}.`);
      this.#appended += messages;
    }
  }

  /** The id of the newest message in the log, whichever appender it is from. */
  async headId(): Promise<number> {
    return (await this.#store.log.state()).headId;
  }

  async close(): Promise<void> {
    await this.#store.close();
  }
}
