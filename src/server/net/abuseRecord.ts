import type { Stopwatch } from "../common/stopwatch.ts";

/** How many connections of an address may be closed for abuse before its new connections are refused. */
const ABUSES = 10;
/**
 * One abuse is forgiven in this time. A connection that floods costs up to 50 ms of the event loop until it is closed,
 * so an address that goes on costs less than 1 % of a core.
 */
const FORGIVEN_MS = 10_000;
/** More are not counted, so that an address is refused for at most 100 s after its last abuse. */
const MAX_ABUSES = 2 * ABUSES - 1;
/** The addresses that are remembered. The one whose last abuse is oldest makes room for another. */
const MAX_ADDRESSES = 1_024;

/** Counts the connections that the server closed for abuse, by address, and forgives them as time passes. */
export class AbuseRecord {
  readonly #stopwatch: Stopwatch;
  readonly #byAddress = new Map<string, { readonly abuses: number; readonly atMs: number }>();

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** Counts a connection that was closed for abuse. */
  add(address: string): void {
    const abuses = Math.min(MAX_ABUSES, this.#abusesOf(address) + 1);
    // To be the newest entry, it must be inserted again.
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { abuses, atMs: this.#stopwatch() });
    if (this.#byAddress.size <= MAX_ADDRESSES) return;
    for (const oldest of this.#byAddress.keys()) {
      this.#byAddress.delete(oldest);
      break;
    }
  }

  /** Whether new connections of an address are refused. */
  isFull(address: string): boolean {
    return this.#abusesOf(address) > ABUSES - 1;
  }

  #abusesOf(address: string): number {
    const entry = this.#byAddress.get(address);
    if (entry === undefined) return 0;
    return Math.max(0, entry.abuses - (this.#stopwatch() - entry.atMs) / FORGIVEN_MS);
  }
}
