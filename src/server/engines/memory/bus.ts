import type { Bus, Hint } from "../../room/ports/bus.ts";

/** The bus where there is but one node: it calls the very handlers that a remote node's hints would reach. */
export class LocalBus implements Bus {
  readonly #handlers = new Set<(hint: Hint) => void>();

  publish(hint: Hint): void {
    for (const handler of this.#handlers) handler(hint);
  }

  subscribe(handler: (hint: Hint) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }
}
