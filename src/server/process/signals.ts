import type { Logger } from "../common/logger.ts";

/** The reason of `Signals.stopping`: a signal to stop arrived. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/**
 * Handles the signals of the process (docs/operations.md has the table). SIGTERM and SIGINT stop the server; a second
 * one ends the process at once, as the system does by default. SIGHUP stops the server if the process has a terminal,
 * because that terminal was closed. Without a terminal, SIGHUP makes the server read its certificate again. SIGUSR2
 * logs one line of statistics.
 */
export class Signals {
  readonly #controller = new AbortController();
  readonly #logger: Logger;
  readonly #hasTerminal: boolean;
  #rereadCertificate = () => {};
  #logStats = () => {};

  /** Handles signals until `close`. */
  constructor(
    logger: Logger,
    hasTerminal = [process.stdin, process.stdout, process.stderr].some((each) => each.isTTY),
  ) {
    this.#logger = logger;
    this.#hasTerminal = hasTerminal;
    process
      .on("SIGTERM", this.#stop)
      .on("SIGINT", this.#stop)
      .on("SIGHUP", this.#hangUp)
      .on("SIGUSR2", this.#logStatsNow);
  }

  /** Aborted by the first signal to stop. The reason is a `Stopped`. */
  get stopping(): AbortSignal {
    return this.#controller.signal;
  }

  /** Sets what SIGUSR2, and SIGHUP without a terminal, do. Before this call they do nothing. */
  serving(actions: { rereadCertificate: () => void; logStats: () => void }): void {
    this.#rereadCertificate = actions.rereadCertificate;
    this.#logStats = actions.logStats;
  }

  /** Resolves when a signal to stop arrives. */
  async stopped(): Promise<void> {
    if (this.stopping.aborted) return;
    await new Promise((resolve) => this.stopping.addEventListener("abort", resolve, { once: true }));
  }

  /** Settles as `promise` does. Throws a `Stopped` as soon as a signal to stop arrives. */
  async unlessStopped<T>(promise: Promise<T>): Promise<T> {
    const stopped = this.stopped().then(() => {
      throw this.stopping.reason;
    });
    return Promise.race([promise, stopped]);
  }

  close(): void {
    this.#restoreDefaults();
    process.off("SIGHUP", this.#hangUp).off("SIGUSR2", this.#logStatsNow);
  }

  readonly #stop = (signal: NodeJS.Signals) => {
    this.#restoreDefaults();
    if (this.stopping.aborted) return;
    this.#logger.info({ signal }, "stopping");
    this.#controller.abort(new Stopped(`stopped by ${signal}`));
  };

  readonly #hangUp = (signal: NodeJS.Signals) => {
    if (this.#hasTerminal) this.#stop(signal);
    else this.#rereadCertificate();
  };

  readonly #logStatsNow = () => this.#logStats();

  /** Makes the next SIGTERM or SIGINT end the process: an operator who sends a second one wants that. */
  #restoreDefaults(): void {
    process.off("SIGTERM", this.#stop).off("SIGINT", this.#stop);
  }
}
