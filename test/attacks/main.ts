// Measures what attackers without an account do to a server process: `node test/attacks/main.ts [--runtime bun]
// [ATTACK]`. Nothing is asserted: it prints the event loop's longest block, the process's memory before, during and 40 s
// after, the latency of a well-behaved client, and how long newcomers wait for their first answer.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ServerProcess } from "../support/process.ts";
import { Connection } from "../support/wire.ts";
import { type FloodOptions, startFlood } from "./floods.ts";
import { AttackConnection } from "./frames.ts";

const LOGIN = "/obrolan.v1.ChatService/Login";
const WATCH = "/grpc.health.v1.Health/Watch";
const AFTER_MS = 40_000;
const CALLS_EVERY_MS = 50;
const NEWCOMER_EVERY_MS = 100;
const { values, positionals: wanted } = parseArgs({
  options: { runtime: { type: "string", default: "node" } },
  allowPositionals: true,
});
const { runtime } = values;
const FLOOD_MS = 10_000;
/** The least time for which the clients are measured. A flood is over when its attack is; others hold connections. */
const MEASURED_MS = 3_000;
/** Floods come from here, because the server counts no loopback addresses. */
const ATTACKER = "203.0.113.5";

/** What an attack has done, and a function that ends its connections. */
interface Attacked {
  readonly sentBytes: number;
  readonly close: () => void;
  readonly more?: string;
}

/** Runs an attack on a port. */
type Attack = (port: number) => Promise<Attacked>;

async function combiningMarks(port: number) {
  const wire = await Connection.open({ port });
  const password = "\u0301".repeat(16_000) + "\u0323".repeat(16_000);
  const calls = 20;
  const inFlight = [];
  for (let i = 0; i < calls; i++) {
    inFlight.push(wire.login("budi", password).catch(() => {}));
    await sleep(250);
  }
  await Promise.all(inFlight);
  return { sentBytes: calls * 64_000, close: () => wire.close() };
}

function unfinished(rpc: string, repeats?: number): Attack {
  return async (port) => {
    const connections = await Promise.all(
      Array.from({ length: 100 }, () => AttackConnection.open(port, rpc, { repeats })),
    );
    for (const connection of connections) for (let i = 0; i < 100; i++) connection.begin();
    return {
      sentBytes: connections.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
      close: () => {
        for (const connection of connections) connection.close();
      },
    };
  };
}

async function oneByteFrames(port: number) {
  const connection = await AttackConnection.open(port, LOGIN, { repeats: 0 });
  const begun = Array.from({ length: 100 }, () => connection.begin());
  const prefix = Buffer.from([0, 0, 0, 0xff, 0xff]);
  for (const stream of begun) await connection.drip(stream, prefix);
  // Sends 30,000 bytes of each call, which are 30 MB in frames.
  for (let round = 0; round < 30 && !connection.isClosed; round++) {
    for (const stream of begun) {
      if (connection.isClosed) break;
      await connection.drip(stream, Buffer.alloc(1_000, 0x41));
      // Lets the well-behaved client run, which is in this process.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { sentBytes: connection.sentBytes, close: () => connection.close() };
}

function flood(kind: FloodOptions["flood"], connections: number, address: string | undefined): Attack {
  return async (port) => {
    const stop = await startFlood({ port, flood: kind, connections, address });
    await sleep(FLOOD_MS);
    const { opened, closed, sentBytes } = await stop();
    return { sentBytes, close: () => {}, more: `${opened} connections opened, the server closed ${closed}; ` };
  };
}

const ATTACKS: Record<string, Attack> = {
  marks: combiningMarks,
  "unfinished-login": unfinished(LOGIN),
  // These headers are within the server's limit.
  "unfinished-login-15-kb": unfinished(LOGIN, 2),
  "unfinished-watch": unfinished(WATCH),
  "unfinished-watch-15-kb": unfinished(WATCH, 2),
  "one-byte-frames": oneByteFrames,
  "rapid-reset": flood("rapidReset", 20, ATTACKER),
  // The address is not counted, so that only the bounds of a connection apply.
  "rapid-reset-from-loopback": flood("rapidReset", 20, undefined),
  "empty-continuations": flood("emptyContinuations", 1, ATTACKER),
  priorities: flood("priorities", 1, ATTACKER),
  "unknown-frames": flood("unknownFrames", 1, ATTACKER),
  "empty-continuations-20": flood("emptyContinuations", 20, ATTACKER),
  "priorities-20": flood("priorities", 20, ATTACKER),
  "unknown-frames-20": flood("unknownFrames", 20, ATTACKER),
};

/** Calls again and again. The returned function stops that, and resolves with the sorted latencies (ms). */
function repeat(everyMs: number, call: () => Promise<unknown>): () => Promise<number[]> {
  const latenciesMs: number[] = [];
  let stopped = false;
  const done = (async () => {
    while (!stopped) {
      const began = performance.now();
      await call();
      latenciesMs.push(performance.now() - began);
      await sleep(everyMs);
    }
  })();
  return async () => {
    stopped = true;
    await done;
    return latenciesMs.sort((a, b) => a - b);
  };
}

/** Connects as a new client, and waits for the first answer. */
async function comeNew(port: number, token: string): Promise<void> {
  const wire = await Connection.open({ port });
  await wire.list(token);
  wire.close();
}

/** The median, the 99th percentile and the maximum of sorted latencies. */
function quantiles(sortedMs: readonly number[]): string {
  const at = (q: number) => (sortedMs[Math.min(sortedMs.length - 1, Math.floor(q * sortedMs.length))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms of ${sortedMs.length}`;
}

async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function longestBlockMs(metricsPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return Number(/obrolan_event_loop_delay_seconds\{quantile="1"\} (\S+)/.exec(text)?.[1]) * 1_000;
}

async function measure(name: string, attack: Attack): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "obrolan-attack-"));
  const { server, port } = await ServerProcess.serve(folder, [
    ...["--runtime", runtime, "--proxy-protocol", "--metrics-listen", "127.0.0.1:0"],
  ]);
  try {
    const [, metrics] = await server.says(/"metrics":"127\.0\.0\.1:(\d+)"/);
    const pid = server.child.pid ?? 0;
    const wire = await Connection.open({ port });
    const { token } = await wire.register("budi", "rahasia123");
    await sleep(2_000);
    await longestBlockMs(Number(metrics));
    const before = await rssMb(pid);
    let during = before;
    const watch = setInterval(async () => {
      during = Math.max(during, await rssMb(pid));
    }, 200);
    const stop = repeat(CALLS_EVERY_MS, () => wire.list(token));
    const stopNewcomers = repeat(NEWCOMER_EVERY_MS, () => comeNew(port, token));
    const began = performance.now();
    const { sentBytes, close, more = "" } = await attack(port);
    const tookMs = performance.now() - began;
    await sleep(Math.max(0, MEASURED_MS - tookMs));
    const [latenciesMs, newcomersMs] = await Promise.all([stop(), stopNewcomers()]);
    const block = await longestBlockMs(Number(metrics));
    clearInterval(watch);
    await sleep(AFTER_MS);
    const after = await rssMb(pid);
    close();
    console.log(
      `${name} on ${runtime}: ${more}sent ${(sentBytes / 1e6).toFixed(2)} MB in ${(tookMs / 1e3).toFixed(1)} s; ` +
        `longest block ${block.toFixed(0)} ms; ` +
        `RSS ${before.toFixed(0)} -> ${during.toFixed(0)} MB, ${after.toFixed(0)} MB 40 s after; ` +
        `a well-behaved client's List: ${quantiles(latenciesMs)} calls; newcomers: ${quantiles(newcomersMs)}`,
    );
    wire.close();
  } finally {
    await server.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

for (const [name, attack] of Object.entries(ATTACKS)) {
  if (wanted.length === 0 || wanted.includes(name)) await measure(name, attack);
}
process.exit(0);
