import type { Bus, Notification } from "../../src/server/log/ports/bus.ts";
import { within } from "./deadline.ts";

/** A notification that carries a number, from 1. */
export function numbered(number: number): Notification {
  return { kind: "sessions-ended", sessionIds: [number] };
}

/** The number of a `numbered` notification. */
export function numberOf(notification: Notification): number | undefined {
  return notification.kind === "sessions-ended" ? notification.sessionIds[0] : undefined;
}

/** Records the notifications of a bus, and lets a test wait for one. */
export class Listener {
  readonly received: Notification[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(bus: Bus) {
    bus.subscribe((notification) => {
      this.received.push(notification);
      for (const watch of this.#watchers) watch();
    });
  }

  /** The numbers of all recorded notifications, in their order. */
  get numbers(): number[] {
    return this.received.map(numberOf).filter((number) => number !== undefined);
  }

  /** Waits for a notification that matches. */
  async until(what: string, matches: (notification: Notification) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = () => this.received.some(matches) && resolve();
    this.#watchers.add(watch);
    try {
      watch();
      await within(
        promise,
        () => `${what}; ${this.received.length} notifications came, the last: ${JSON.stringify(this.received.at(-1))}`,
      );
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /** Waits for the notification with this number. */
  async number(number: number): Promise<void> {
    await this.until(`notification ${number}`, (notification) => numberOf(notification) === number);
  }
}
