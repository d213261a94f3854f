import type { Logger } from "../common/logger.ts";

/** The reason of `Signals.stopping`: a signal to stop arrived. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/**
 * Handles the signals of the process (docs/operations.md has the table). SIGTERM and SIGINT stop the server; a second
 * one ends the process at once, as the system does by default. SIGHUP stops the server if it has a terminal, because
 * that was closed; otherwise it renews the certificate. SIGUSR2 logs numbers.
 */
export class Signals {
  readonly #controller = new AbortController();
  readonly #logger: Logger;
  readonly #hasTerminal: boolean;
  #renewCertificate = () => {};
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

  /** Sets the actions of SIGHUP and SIGUSR2. Until then these signals do nothing. */
  serving(actions: { renew: () => void; logStats: () => void }): void {
    this.#renewCertificate = actions.renew;
    this.#logStats = actions.logStats;
  }

  /** Resolves when a signal to stop arrives. */
  async stopped(): Promise<void> {
    if (this.stopping.aborted) return;
    await new Promise((resolve) => this.stopping.addEventListener("abort", resolve, { once: true }));
  }

  /** Resolves with the value of `promise`. Throws a `Stopped` as soon as a signal to stop arrives. */
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
    else this.#renewCertificate();
  };

  readonly #logStatsNow = () => this.#logStats();

  /** By default the system ends the process, and an operator who sends a second signal wants that. */
  #restoreDefaults(): void {
    process.off("SIGTERM", this.#stop).off("SIGINT", this.#stop);
  }
}
