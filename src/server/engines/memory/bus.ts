import type { Bus, Notification } from "../../log/ports/bus.ts";

/** The bus where there is but one node: it calls the very handlers that a remote node's hints would reach. */
export class LocalBus implements Bus {
  readonly #handlers = new Set<(hint: Notification) => void>();

  /** Nothing is to be done: its handlers are those of one node, and of one log. */
  follow(): void {}

  publish(hint: Notification): void {
    for (const handler of this.#handlers) {
      try {
        handler(hint);
      } catch (error) {
        // Whoever publishes has done its part; the fault is the handler's, and must not be lost.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }

  subscribe(handler: (hint: Notification) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }
}
