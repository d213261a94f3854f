import type { Logger } from "../common/logger.ts";

/** Why a start was given up: a signal to stop came. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/**
 * What the process does when it gets a signal (docs/operations.md has the table). SIGTERM and SIGINT stop it; a second one ends it at
 * once, as the system does by default. SIGHUP stops it if it has a terminal, because the terminal is then gone; otherwise it reads the
 * certificate again. SIGUSR2 logs numbers.
 */
export class Signals {
  readonly #controller = new AbortController();
  readonly #logger: Logger;
  readonly #hasTerminal: boolean;
  #renew = () => {};
  #logStats = () => {};

  /** Listens from now on. Whoever makes it has to close it. */
  constructor(
    logger: Logger,
    hasTerminal = [process.stdin, process.stdout, process.stderr].some((each) => each.isTTY),
  ) {
    this.#logger = logger;
    this.#hasTerminal = hasTerminal;
    process.on("SIGTERM", this.#stop).on("SIGINT", this.#stop).on("SIGHUP", this.#hangUp).on("SIGUSR2", this.#stats);
  }

  /** Aborted, with a `Stopped`, by the first signal to stop. */
  get stopping(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on, SIGHUP and SIGUSR2 call these. Before, they do nothing. */
  serving(actions: { renew: () => void; logStats: () => void }): void {
    this.#renew = actions.renew;
    this.#logStats = actions.logStats;
  }

  /** Resolves when a signal to stop has come. */
  async stopped(): Promise<void> {
    if (this.stopping.aborted) return;
    await new Promise((resolve) => this.stopping.addEventListener("abort", resolve, { once: true }));
  }

  /** What `promise` gives; throws a `Stopped` as soon as there is a signal to stop. */
  async unlessStopped<T>(promise: Promise<T>): Promise<T> {
    const stopped = this.stopped().then(() => {
      throw this.stopping.reason;
    });
    return Promise.race([promise, stopped]);
  }

  close(): void {
    this.#letGo();
    process.off("SIGHUP", this.#hangUp).off("SIGUSR2", this.#stats);
  }

  readonly #stop = (signal: NodeJS.Signals) => {
    this.#letGo();
    if (this.stopping.aborted) return;
    this.#logger.info({ signal }, "stopping");
    this.#controller.abort(new Stopped(`stopped by ${signal}`));
  };

  readonly #hangUp = (signal: NodeJS.Signals) => {
    if (this.#hasTerminal) this.#stop(signal);
    else this.#renew();
  };

  readonly #stats = () => this.#logStats();

  /** The system's own answer to a second SIGTERM or SIGINT is to end the process, which is what somebody who sends it wants. */
  #letGo(): void {
    process.off("SIGTERM", this.#stop).off("SIGINT", this.#stop);
  }
}
