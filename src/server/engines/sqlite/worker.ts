import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { type Failure, failureOf } from "./failures.ts";
import type { Answer, Call, ThreadSetup } from "./life.ts";
import { Reading } from "./reading.ts";
import { configure, migrate } from "./schema.ts";
import { Writing } from "./writing.ts";

/** A thread of the store: opens its connection, then carries out one call after the other. */
const { role, file } = workerData as ThreadSetup;
const db = new DatabaseSync(file, { readOnly: role === "reading" });
if (role === "writing") {
  configure(db);
  migrate(db);
}
const methods = (role === "writing" ? new Writing(db) : new Reading(db)) as unknown as Record<
  string,
  (...args: readonly unknown[]) => unknown
>;

function answer(message: Answer): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", (call: Call | "close") => {
  if (call === "close") {
    db.close();
    parentPort?.close();
    return;
  }
  try {
    answer({ id: call.id, result: methods[call.name]?.(...call.args) });
  } catch (error) {
    const failure = isFailure(error) ? error : failureOf(error, false);
    answer({ id: call.id, failure });
    // Only what is in the file knows now: a new connection finds it there.
    if (failure.kind === "unknown") process.exit(1);
  }
});
answer({ id: 0, result: undefined });

function isFailure(error: unknown): error is Failure {
  return typeof error === "object" && error !== null && "kind" in error;
}
