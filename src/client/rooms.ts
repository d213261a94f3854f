import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionLoop } from "./connectionLoop.ts";

/** The rooms of one client that are not closed. */
export class Rooms {
  readonly #stays = new Set<ConnectionLoop>();

  /** Remembers a room until it is closed. */
  add(stay: ConnectionLoop, closed: Promise<unknown>): void {
    this.#stays.add(stay);
    void closed.then(() => this.#stays.delete(stay));
  }

  /**
   * Resolves when no room of this session is being joined: all have joined, or are without a connection. A unary call
   * that is made earlier may overtake the join. Resolves after `limitMs` at the latest, or with the signal.
   */
  async joined(token: string, limitMs: number, signal: AbortSignal): Promise<void> {
    const entering = [...this.#stays].filter((stay) => stay.token === token).map((stay) => stay.entered());
    if (entering.length === 0) return;
    const done = new AbortController();
    const limit = sleep(limitMs, undefined, { signal: AbortSignal.any([signal, done.signal]) }).catch(() => {});
    await Promise.race([Promise.all(entering), limit]);
    done.abort();
  }

  /** Leaves all of them at once. */
  abort(): void {
    for (const stay of this.#stays) stay.stop({ kind: "aborted" });
  }
}
