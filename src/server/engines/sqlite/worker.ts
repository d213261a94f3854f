import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { Custody, checkFiles, claim, identify, type StoreFiles } from "./custody.ts";
import { explain } from "./explain.ts";
import { type Failure, failureOf } from "./failures.ts";
import { StoreReader } from "./reader.ts";
import { configure, migrate } from "./schema.ts";
import type { Answer, Call, WorkerSetup } from "./workerHandle.ts";
import { StoreWriter } from "./writer.ts";

type Methods = Record<string, (...args: readonly unknown[]) => unknown>;

/** What a thread has once its connection is open. */
interface Opened {
  readonly db: DatabaseSync;
  readonly files: StoreFiles;
  readonly methods: Methods;
}

/** A thread of the store: opens its connection, then carries out one call after the other. */
const { role, file, owner, files: known } = workerData as WorkerSetup;
let opened: Opened | undefined;

function open(): Opened {
  // With another WAL under its name a new connection would read garbage where the others read the store.
  if (known !== undefined) checkFiles(file, known);
  const db = new DatabaseSync(file, { readOnly: role === "reading" });
  try {
    if (role === "writing") {
      configure(db);
      migrate(db);
      // A thread that takes another one's place must not take back a store that another server has claimed meanwhile.
      if (known === undefined) claim(db, owner);
    }
    const files = known ?? identify(file);
    const custody = new Custody(db, file, owner, files);
    const methods = role === "writing" ? new StoreWriter(db, custody) : new StoreReader(db, custody);
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
    opened?.db.close();
    parentPort?.close();
    return;
  }
  try {
    opened ??= open();
    answer({ id: call.id, result: opened.methods[call.name]?.(...call.args) });
  } catch (error) {
    const failure = isFailure(error) ? error : failureOf(error, false);
    answer({ id: call.id, failure });
    // Only what is in the file knows now: a new connection finds it there. After a loss of the files only this one can.
    if (failure.kind === "unknown" && failure.loss === undefined) process.exit(1);
  }
});

try {
  opened = open();
  answer({ id: 0, result: opened.files });
} catch (error) {
  answer({ id: 0, failure: failureOf(explain(error, file), false) });
}

function isFailure(error: unknown): error is Failure {
  return typeof error === "object" && error !== null && "kind" in error;
}
