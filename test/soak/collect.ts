// The soak preloads this into the server's process: on SIGHUP the process collects all garbage and writes what is left.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const collect = process.versions.bun === undefined ? gcOfNode() : gcOfBun();
let soak = 0;

process.on("SIGHUP", () => {
  // Twice: finalizers of the first run release objects that the second collects.
  collect();
  collect();
  const { heapUsed } = process.memoryUsage();
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  soak += 1;
  process.stderr.write(`${JSON.stringify({ soak, heapUsed, listeners })}\n`);
});

function gcOfNode(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

function gcOfBun(): () => void {
  const { Bun } = globalThis as unknown as { Bun: { gc(isSynchronous: boolean): void } };
  return () => Bun.gc(true);
}
