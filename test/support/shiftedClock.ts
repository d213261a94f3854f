import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

/*
 * Preloaded into the server (`NODE_OPTIONS=--import=…`): the clock of its process is ahead by as many milliseconds as
 * the file `CLOCK_FILE` says at that moment. Only the main thread reads the time: the store's workers get it with each
 * call.
 */
const file = process.env.CLOCK_FILE;
if (file !== undefined && isMainThread) {
  const right = Date.now;
  Date.now = () => right() + Number(readFileSync(file, "utf8"));
}
