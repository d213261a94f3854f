import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { explain } from "./errors.ts";
import { type Failure, failureOf } from "./failures.ts";
import { Custody, checkFiles, claim, identify, type StoreFiles } from "./files/custody.ts";
import { StoreReader } from "./reader.ts";
import { configure, migrate } from "./schema.ts";
import { SearchReader } from "./searchReader.ts";
import type { Answer, Call, WorkerSetup } from "./workerClient.ts";
import { StoreWriter } from "./writer.ts";

// The entry point of a worker thread: opens its connection, then carries out calls, one at a time.

type Methods = Record<string, (...args: readonly unknown[]) => unknown>;

interface OpenStore {
  readonly db: DatabaseSync;
  readonly files: StoreFiles;
  readonly methods: Methods;
}

const METHODS = { writer: StoreWriter, reader: StoreReader, search: SearchReader };

const { role, file, owner, files: knownFiles } = workerData as WorkerSetup;
let store: OpenStore | undefined;

function open(): OpenStore {
  // If the WAL's name led to another file, a new connection would read garbage while the other connections read the
  // store.
  if (knownFiles !== undefined) checkFiles(file, knownFiles);
  const db = new DatabaseSync(file, { readOnly: role !== "writer" });
  try {
    if (role === "writer") {
      configure(db);
      migrate(db);
      // A restarted worker must not claim a store that another server has claimed in the meantime.
      if (knownFiles === undefined) claim(db, owner);
    }
    const files = knownFiles ?? identify(file);
    const custody = new Custody(db, file, owner, files);
    const methods = new METHODS[role](db, custody);
    return { db, files, methods: methods as unknown as Methods };
  } catch (error) {
    db.close();
    throw error;
  }
}

function answer(message: Answer): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", (call: Call | "close") => {
  if (call === "close") {
    store?.methods.close?.();
    store?.db.close();
    parentPort?.close();
    return;
  }
  try {
    store ??= open();
    answer({ id: call.id, result: store.methods[call.name]?.(...call.args) });
  } catch (error) {
    const failure = isFailure(error) ? error : failureOf(error, false);
    answer({ id: call.id, failure });
    // After an unknown outcome only a new connection sees what is in the file, so this worker ends. But if the server
    // has lost its files, only the open connections still have them.
    if (failure.kind === "unknown" && failure.loss === undefined) process.exit(1);
  }
});

try {
  store = open();
  answer({ id: 0, result: store.files });
} catch (error) {
  answer({ id: 0, failure: failureOf(explain(error, file), false) });
}

function isFailure(error: unknown): error is Failure {
  return typeof error === "object" && error !== null && "kind" in error;
}
