import type { Bus, Notification } from "../../log/ports/bus.ts";

/** The bus within one node: calls the handlers synchronously. */
export class LocalBus implements Bus {
  readonly #handlers = new Set<(notification: Notification) => void>();

  /** Does nothing: one node has one log. */
  follow(): void {}

  publish(notification: Notification): void {
    for (const handler of this.#handlers) {
      try {
        handler(notification);
      } catch (error) {
        // A handler's error must not reach the publisher, and must not be lost.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }

  subscribe(handler: (notification: Notification) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }
}
