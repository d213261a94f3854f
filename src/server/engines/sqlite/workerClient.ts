import { StoreUnavailable } from "../../common/storeErrors.ts";
import type { StoreFiles } from "./custody.ts";
import type { Failure } from "./failures.ts";
import { WorkerHandle, type WorkerSetup } from "./workerHandle.ts";

/** The methods of `T` with promises for results. */
type Remote<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never };

/**
 * A worker thread with a connection of its own, called one call at a time in the order of calling. One that dies is started anew by
 * the next call.
 */
export class WorkerClient<T extends object> {
  readonly #lost: (failure: Failure) => void;
  #setup: WorkerSetup;
  #life: WorkerHandle | undefined;
  #closed = false;

  /** The thread's methods. They throw `StoreUnavailable`, and where a commit may have happened `OutcomeUnknown`. */
  readonly methods: Remote<T>;

  /** `lost` is called when a call fails because the server has lost its store. */
  constructor(setup: WorkerSetup, lost: (failure: Failure) => void) {
    this.#setup = setup;
    this.#lost = lost;
    this.methods = new Proxy({} as Remote<T>, {
      get:
        (_, name: string) =>
        (...args: unknown[]) =>
          this.#call(name, args),
    });
  }

  /** Starts it; resolves with the store's files when its connection is open. Throws what kept it from that. */
  async start(): Promise<StoreFiles> {
    const files = (await this.#begin().ready) as StoreFiles;
    this.#setup = { ...this.#setup, files };
    return files;
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

  #begin(): WorkerHandle {
    const over = () => {
      if (this.#life === life) this.#life = undefined;
    };
    const life: WorkerHandle = new WorkerHandle(this.#setup, { over, lost: this.#lost });
    this.#life = life;
    return life;
  }
}
