import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { OutcomeUnknown, StoreUnavailable } from "../../common/storeErrors.ts";
import type { StoreFiles } from "./custody.ts";
import type { Failure } from "./failures.ts";

/** What a thread is started with. */
export interface WorkerSetup {
  readonly role: "writing" | "reading";
  readonly file: string;
  /** The server that owns the store: another word for each. */
  readonly owner: string;
  /** The store's files, if they are open already: then only these are opened. */
  readonly files?: StoreFiles;
}

/** What is to be told of a thread. */
export interface LifeListener {
  /** It takes no more calls. */
  over(): void;
  /** A call failed because the server has lost its store. */
  lost(failure: Failure): void;
}

/** A call to a thread. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A thread's answer: to a call, or (`id` 0) whether its connection is open, with the store's files. */
export type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly failure: Failure });

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls that may wait for a thread: far more than all clients that come back at once make. A disk that hangs must not
 * fill the memory.
 */
const MAX_PENDING = 100_000;

const ENTRY = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** One worker thread, from its start to its end, and the calls that it has been given: it carries them out one after the other. */
export class WorkerHandle {
  readonly #worker: Worker;
  /** In the order of calling. */
  readonly #pending = new Map<number, Pending>();
  readonly #listener: LifeListener;
  #lastId = 0;

  /** Resolves with the store's files when its connection is open. */
  readonly ready: Promise<unknown>;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;

  /** Starts it. */
  constructor(setup: WorkerSetup, listener: LifeListener) {
    this.#listener = listener;
    this.ready = new Promise((resolve, reject) => this.#pending.set(0, { resolve, reject }));
    // A thread that is started anew in the middle has nobody who waits for it to be ready.
    this.ready.catch(() => {});
    // node:sqlite was experimental until Node 24, and says so on standard error, where people look for what concerns them.
    this.#worker = new Worker(ENTRY, { workerData: setup, execArgv: ["--disable-warning=ExperimentalWarning"] });
    this.#worker.on("message", (answer: Answer) => this.#settle(answer));
    let cause: Error | undefined;
    this.#worker.on("error", (error: Error) => {
      cause = error;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#end(cause?.message ?? "the store's thread ended", setup.role === "writing");
        resolve();
      });
    });
  }

  /** Carries out a call. Throws `StoreUnavailable`, and where a commit may have happened `OutcomeUnknown`. */
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

  /** Ends it, behind the calls under way. */
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
    // It ends itself after that: only a new connection finds out what is in the file.
    if (kind === "unknown" && loss === undefined) this.#end("the store's thread ended before this call", false);
  }

  /** Fails what is pending. Only the first of it can have been under way, and have changed anything. */
  #end(message: string, mayHaveBegun: boolean): void {
    this.#listener.over();
    let kind: Failure["kind"] = mayHaveBegun ? "unknown" : "unavailable";
    for (const [id, { reject }] of this.#pending) {
      this.#pending.delete(id);
      reject(id === 0 ? new Error(message) : toError({ kind, message }));
      kind = "unavailable";
    }
  }
}

function toError({ kind, message, loss }: Failure): Error {
  // How it was lost is told once, and not with every call that fails for it.
  const told = loss === undefined ? message : "the server has lost its store: its log says how";
  return kind === "unknown" ? new OutcomeUnknown(told) : new StoreUnavailable(told);
}
