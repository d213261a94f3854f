/** The signals that end a command for scripts. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Catches the first signal, so that a command can end its session. A second signal ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();
  #caught: NodeJS.Signals | undefined;

  constructor() {
    for (const name of SIGNALS) process.once(name, this.#onSignal);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops catching signals. */
  dispose(): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }

  /** Ends the process by the signal that was caught, if there was one, so that a shell sees how it ended. */
  raise(): void {
    if (this.#caught !== undefined) process.kill(process.pid, this.#caught);
  }

  readonly #onSignal = (name: NodeJS.Signals) => {
    this.#caught = name;
    this.dispose();
    this.#controller.abort();
  };
}
