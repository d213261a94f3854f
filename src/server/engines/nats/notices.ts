/** An entry for the server's log. */
export interface Notice {
  readonly level: "info" | "warn";
  /** Never has a password or a text of a user. */
  readonly message: string;
}

/** The same warning is not repeated within this time. */
const REPEAT_AFTER_MS = 60_000;
/** How many warnings are remembered at most. */
const MAX_REMEMBERED = 100;

/**
 * Reports notices. Suppresses a warning for a minute after the same one, unless an improvement was reported in between.
 * The next report says how many were suppressed.
 */
export class Notices {
  readonly #report: (notice: Notice) => void;
  readonly #warned = new Map<string, { at: number; suppressed: number }>();

  constructor(report: (notice: Notice) => void) {
    this.#report = report;
  }

  /** Reports an improvement, after which every warning is new again. */
  info(message: string): void {
    this.#warned.clear();
    this.#report({ level: "info", message });
  }

  /** Reports a problem. Warnings with the same `key` are the same. */
  warn(message: string, key = message): void {
    const now = performance.now();
    const earlier = this.#warned.get(key);
    if (earlier !== undefined && now - earlier.at < REPEAT_AFTER_MS) {
      earlier.suppressed += 1;
      return;
    }
    if (this.#warned.size >= MAX_REMEMBERED) this.#warned.clear();
    this.#warned.set(key, { at: now, suppressed: 0 });
    const more =
      earlier === undefined || earlier.suppressed === 0
        ? ""
        : ` (and ${earlier.suppressed} more times since the last report)`;
    this.#report({ level: "warn", message: message + more });
  }
}
