import type { Bus, Notification } from "../../src/server/log/ports/bus.ts";
import { within } from "./deadline.ts";

/** One hint of many, which are told apart by their number, from 1. */
export function numbered(number: number): Notification {
  return { kind: "sessions-ended", sessionIds: [number] };
}

/** The number of a `numbered` hint. */
export function numberOf(hint: Notification): number | undefined {
  return hint.kind === "sessions-ended" ? hint.sessionIds[0] : undefined;
}

/** Keeps all that comes by a bus, and lets a test wait for it. */
export class Listener {
  readonly heard: Notification[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(bus: Bus) {
    bus.subscribe((hint) => {
      this.heard.push(hint);
      for (const watch of this.#watchers) watch();
    });
  }

  /** The numbers of all numbered hints that came, in their order. */
  get numbers(): number[] {
    return this.heard.map(numberOf).filter((number) => number !== undefined);
  }

  /** Waits until a hint has come that is so. */
  async until(what: string, isIt: (hint: Notification) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = () => this.heard.some(isIt) && resolve();
    this.#watchers.add(watch);
    try {
      watch();
      await within(
        promise,
        () => `${what}; ${this.heard.length} hints came, the last: ${JSON.stringify(this.heard.at(-1))}`,
      );
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /** Waits for a numbered hint. */
  async number(number: number): Promise<void> {
    await this.until(`hint ${number}`, (hint) => numberOf(hint) === number);
  }
}
