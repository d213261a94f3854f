/** Something that an operator wants to know. */
export interface Notice {
  readonly level: "info" | "warn";
  /** Has no password, and nothing of what people write to one another. */
  readonly message: string;
}

/** How long the same is not said again, in milliseconds. */
const QUIET = 60_000;
/** How many things are remembered as said. */
const MAX_SAID = 100;

/** Passes on what an operator wants to know, and what was said already only after a minute, with how often it was left out. */
export class Notices {
  readonly #tell: (notice: Notice) => void;
  readonly #said = new Map<string, { at: number; leftOut: number }>();

  constructor(tell: (notice: Notice) => void) {
    this.#tell = tell;
  }

  /** Something has changed for the better: what was wrong may be said again. */
  info(message: string): void {
    this.#said.clear();
    this.#tell({ level: "info", message });
  }

  /** Something is wrong, or still is. `about`: what makes it the same as something that was said. */
  warn(message: string, about = message): void {
    const now = performance.now();
    const said = this.#said.get(about);
    if (said !== undefined && now - said.at < QUIET) {
      said.leftOut += 1;
      return;
    }
    if (this.#said.size >= MAX_SAID) this.#said.clear();
    this.#said.set(about, { at: now, leftOut: 0 });
    const more =
      said === undefined || said.leftOut === 0 ? "" : ` (and ${said.leftOut} times more since that was said)`;
    this.#tell({ level: "warn", message: message + more });
  }
}
