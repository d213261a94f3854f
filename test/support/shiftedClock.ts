import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

/*
 * A test preloads this into the server (`NODE_OPTIONS=--import=…`). It shifts the clock of the process by the number
 * of milliseconds in the file `CLOCK_FILE`, read at each call. Only the main thread reads the time: the workers of the
 * store get it with each call.
 */
const file = process.env.CLOCK_FILE;
if (file !== undefined && isMainThread) {
  const right = Date.now;
  Date.now = () => right() + Number(readFileSync(file, "utf8"));
}
