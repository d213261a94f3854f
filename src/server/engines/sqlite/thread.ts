import { StoreUnavailable } from "../../room/ports/engines.ts";
import { Life, type ThreadSetup } from "./life.ts";

/** The methods of `T` with promises for results. */
type Remote<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never };

/**
 * A worker thread with a connection of its own, called one call at a time in the order of calling. One that dies is started anew by
 * the next call.
 */
export class Thread<T extends object> {
  readonly #setup: ThreadSetup;
  #life: Life | undefined;
  #closed = false;

  /** The thread's methods. They throw `StoreUnavailable`, and where a commit may have happened `OutcomeUnknown`. */
  readonly methods: Remote<T>;

  constructor(setup: ThreadSetup) {
    this.#setup = setup;
    this.methods = new Proxy({} as Remote<T>, {
      get:
        (_, name: string) =>
        (...args: unknown[]) =>
          this.#call(name, args),
    });
  }

  /** Starts it and resolves when its connection is open. Throws what kept it from that. */
  async start(): Promise<void> {
    await this.#begin().ready;
  }

  /** Ends it, behind the calls under way. */
  async close(): Promise<void> {
    this.#closed = true;
    const life = this.#life;
    life?.close();
    await life?.ended;
  }

  async #call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    return (this.#life ?? this.#begin()).call(name, args);
  }

  #begin(): Life {
    const life = new Life(this.#setup, () => {
      if (this.#life === life) this.#life = undefined;
    });
    this.#life = life;
    return life;
  }
}
