// Preloaded into the server's process by the soak alone: on SIGHUP it collects all garbage and writes what is left.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
let soak = 0;

process.on("SIGHUP", () => {
  // Twice: what a finalizer of the first run lets go of is garbage of the second.
  collect();
  collect();
  const { heapUsed } = process.memoryUsage();
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  soak += 1;
  process.stderr.write(`${JSON.stringify({ soak, heapUsed, listeners })}\n`);
});
