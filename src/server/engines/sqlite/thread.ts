import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { OutcomeUnknown, StoreUnavailable } from "../../room/ports/engines.ts";
import type { Failure } from "./failures.ts";

/** What a thread is started with. */
export interface ThreadSetup {
  readonly role: "writing" | "reading";
  readonly file: string;
}

/** A call to a thread. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A thread's answer: to a call, or (`id` 0) that it is ready. */
export type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly failure: Failure });

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** The methods of `T` with promises for results. */
type Remote<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never };

const ENTRY = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/**
 * A worker thread with a connection of its own, called one call at a time in the order of calling. One that dies is started anew by
 * the next call.
 */
export class Thread<T extends object> {
  readonly #setup: ThreadSetup;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #lastId = 0;
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
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.set(0, { resolve, reject });
    this.#spawn();
    await promise;
  }

  /** Ends it, behind the calls under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const worker = this.#worker;
    if (worker !== undefined) {
      const exited = new Promise((resolve) => worker.once("exit", resolve));
      this.#closed = true;
      worker.postMessage("close");
      await exited;
    }
    this.#closed = true;
  }

  #call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) return Promise.reject(new StoreUnavailable("the store is closed"));
    const worker = this.#worker ?? this.#spawn();
    this.#lastId += 1;
    const call: Call = { id: this.#lastId, name, args };
    return new Promise((resolve, reject) => {
      this.#pending.set(call.id, { resolve, reject });
      worker.postMessage(call);
    });
  }

  #spawn(): Worker {
    // node:sqlite is a release candidate and says so on standard error, where people look for what concerns them.
    const worker = new Worker(ENTRY, { workerData: this.#setup, execArgv: ["--disable-warning=ExperimentalWarning"] });
    this.#worker = worker;
    let cause: Error | undefined;
    worker.on("message", (answer: Answer) => this.#settle(answer));
    worker.on("error", (error: Error) => {
      cause = error;
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#failAll(cause?.message ?? "the store's thread ended");
    });
    return worker;
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ("result" in answer) pending?.resolve(answer.result as never);
    else pending?.reject(toError(answer.failure));
  }

  #failAll(message: string): void {
    const kind = this.#setup.role === "writing" ? "unknown" : "unavailable";
    for (const [id, { reject }] of this.#pending) {
      this.#pending.delete(id);
      reject(id === 0 ? new Error(message) : toError({ kind, message }));
    }
  }
}

function toError({ kind, message }: Failure): Error {
  return kind === "unknown" ? new OutcomeUnknown(message) : new StoreUnavailable(message);
}
