import { once } from "node:events";
import net from "node:net";
import { Worker } from "node:worker_threads";
import { within } from "../support/deadline.ts";
import { differsOnBun } from "../support/runtime.ts";

describe("A server whose event loop is busy", function () {
  this.timeout(60_000);

  it("1,000 clients that connect at once while the event loop is busy all get in at the first try", async function () {
    differsOnBun(this, 9);
    const flag = new SharedArrayBuffer(4);
    const worker = new Worker(new URL("../support/deafServer.ts", import.meta.url), { workerData: flag });
    const gone = once(worker, "exit");
    const [port] = await once(worker, "message");
    const sockets = Array.from({ length: 1_000 }, () => net.connect(port as number, "127.0.0.1").on("error", () => {}));
    try {
      // The server accepts no connection before all are connected. So a connection that the backlog has no space for at
      // the first try would not get in later either.
      await within(Promise.all(sockets.map((socket) => once(socket, "connect"))), "all clients to be connected");
    } finally {
      for (const socket of sockets) socket.destroy();
      Atomics.store(new Int32Array(flag), 0, 1);
      Atomics.notify(new Int32Array(flag), 0);
      await gone;
    }
  });
});
