import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

/*
 * Preloaded into the server (`NODE_OPTIONS=--import=…`): the clock of its process is off by as many milliseconds as the file
 * `CLOCK_FILE` says, which is looked at when it starts and at every SIGHUP. Only the main thread reads the time: the store's threads
 * are given it with each call.
 */
const file = process.env.CLOCK_FILE;
if (file !== undefined && isMainThread) {
  const right = Date.now;
  let offset = 0;
  const look = () => {
    offset = Number(readFileSync(file, "utf8"));
  };
  Date.now = () => right() + offset;
  process.on("SIGHUP", look);
  look();
}
