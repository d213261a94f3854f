import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { OutcomeUnknown, StoreUnavailable } from "../../common/storeErrors.ts";
import type { Failure } from "./failures.ts";
import type { StoreFiles } from "./files/custody.ts";

/** The data that a worker starts with. */
export interface WorkerSetup {
  readonly role: "writer" | "reader" | "search";
  readonly file: string;
  /** Identifies the server that owns the store; new at each start. */
  readonly owner: string;
  /** The store's files, if the server has them open already: the worker then opens these or fails. */
  readonly files?: StoreFiles;
}

/** A call to a worker. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/**
 * A worker's answer to a call. The answer with `id` 0 reports whether the worker could open its connection; the result
 * is the store's files.
 */
export type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly failure: Failure });

/** The methods of `T`, which return promises. */
type Remote<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never };

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface WorkerListener {
  /** Called when the worker takes no more calls. */
  ended(): void;
  /** Called when a call failed because the server has lost its store. */
  lost(failure: Failure): void;
}

/**
 * The maximum number of pending calls of one worker, so that a disk that hangs does not fill the memory. A mass
 * reconnection makes far fewer.
 */
const MAX_PENDING = 100_000;

const ENTRY = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Calls the methods of a worker, which has a connection of its own and carries out one call at a time, in the order of
 * calling. If the worker ends, the next call starts another one.
 */
export class WorkerClient<T extends object> {
  readonly #lost: (failure: Failure) => void;
  #setup: WorkerSetup;
  #worker: RunningWorker | undefined;
  #closed = false;

  /** The worker's methods. They throw `StoreUnavailable`, or `OutcomeUnknown` if a commit may have happened. */
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

  /**
   * Starts the worker. Resolves with the store's files when the worker has opened its connection. Throws if it cannot
   * open it.
   */
  async start(): Promise<StoreFiles> {
    const files = (await this.#start().ready) as StoreFiles;
    this.#setup = { ...this.#setup, files };
    return files;
  }

  /** Ends the worker after the pending calls. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    worker?.close();
    await worker?.ended;
  }

  async #call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    return (this.#worker ?? this.#start()).call(name, args);
  }

  #start(): RunningWorker {
    const ended = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    const worker: RunningWorker = new RunningWorker(this.#setup, { ended, lost: this.#lost });
    this.#worker = worker;
    return worker;
  }
}

/** One worker thread from its start to its end, and its pending calls. */
class RunningWorker {
  readonly #worker: Worker;
  /** In the order of calling. */
  readonly #pending = new Map<number, Pending>();
  readonly #listener: WorkerListener;
  #lastId = 0;

  /** Resolves with the store's files when the connection is open. */
  readonly ready: Promise<unknown>;
  /** Resolves when the thread has ended. */
  readonly ended: Promise<void>;

  constructor(setup: WorkerSetup, listener: WorkerListener) {
    this.#listener = listener;
    this.ready = new Promise((resolve, reject) => this.#pending.set(0, { resolve, reject }));
    // If a call has restarted the worker, nothing awaits `ready`.
    this.ready.catch(() => {});
    // Older versions of Node warn on standard error that node:sqlite is experimental.
    this.#worker = new Worker(ENTRY, { workerData: setup, execArgv: ["--disable-warning=ExperimentalWarning"] });
    this.#worker.on("message", (answer: Answer) => this.#settle(answer));
    let cause: Error | undefined;
    this.#worker.on("error", (error: Error) => {
      cause = error;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#rejectPending(cause?.message ?? "the store's worker thread ended", setup.role === "writer");
        resolve();
      });
    });
  }

  /** Calls a method. Throws `StoreUnavailable`, or `OutcomeUnknown` if a commit may have happened. */
  call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#pending.size >= MAX_PENDING)
      return Promise.reject(new StoreUnavailable("too many calls wait for the store"));
    this.#lastId += 1;
    const call: Call = { id: this.#lastId, name, args };
    return new Promise((resolve, reject) => {
      this.#pending.set(call.id, { resolve, reject });
      this.#worker.postMessage(call);
    });
  }

  /** Ends the worker after the pending calls. */
  close(): void {
    this.#worker.postMessage("close");
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ("result" in answer) {
      pending?.resolve(answer.result);
      return;
    }
    const { kind, message, loss } = answer.failure;
    if (loss !== undefined) this.#listener.lost(answer.failure);
    pending?.reject(answer.id === 0 ? new Error(message) : toError(answer.failure));
    // After such a failure the worker exits, because only a new connection sees what is in the file.
    if (kind === "unknown" && loss === undefined)
      this.#rejectPending("the store's worker thread ended before this call", false);
  }

  /**
   * Rejects the pending calls. Only the first one can have been in progress, so only that one may have changed
   * anything.
   */
  #rejectPending(message: string, mayHaveBegun: boolean): void {
    this.#listener.ended();
    let kind: Failure["kind"] = mayHaveBegun ? "unknown" : "unavailable";
    for (const [id, { reject }] of this.#pending) {
      this.#pending.delete(id);
      reject(id === 0 ? new Error(message) : toError({ kind, message }));
      kind = "unavailable";
    }
  }
}

function toError({ kind, message, loss }: Failure): Error {
  // The server's log says once how the store was lost. The calls that fail because of the loss do not repeat that.
  const text = loss === undefined ? message : "the server has lost its store: its log says how";
  return kind === "unknown" ? new OutcomeUnknown(text) : new StoreUnavailable(text);
}
