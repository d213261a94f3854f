/** A worker for test/e2e/backlog.test.ts: a server that listens, and accepts no connection until it is told to. */
import { once } from "node:events";
import { createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { withLongBacklog } from "../../src/server/net/backlog.ts";

const server = createServer((socket) => socket.destroy());
await withLongBacklog(async () => {
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
});
parentPort?.postMessage((server.address() as { port: number }).port);
Atomics.wait(new Int32Array(workerData as SharedArrayBuffer), 0, 0);
server.close();
parentPort?.close();
