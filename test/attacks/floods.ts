import { once } from "node:events";
import net from "node:net";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { fromV4 } from "../support/proxyHeader.ts";
import { callHeaders, frameOf, preface } from "./frames.ts";

const HEADERS = 1;
const PRIORITY = 2;
const RST_STREAM = 3;
const CONTINUATION = 9;
const UNKNOWN = 0xfa;
const END_HEADERS = 4;
const CANCEL = Buffer.from([0, 0, 0, 8]);
const LIST = "/obrolan.v1.ChatService/List";
/** An attacker writes so many frames at once. */
const FRAMES = 2_000;

/** What a flood sends on each connection, after the preface. */
type Frames = (batch: number) => Buffer;

/** Opens streams and resets each at once. A stream number is used once, so a connection ends with the last number. */
const rapidReset: Frames = (batch) => {
  const frames = [];
  for (let i = 0; i < FRAMES / 2; i++) {
    const stream = 2 * (batch * (FRAMES / 2) + i) + 1;
    frames.push(frameOf(HEADERS, END_HEADERS, stream, callHeaders(LIST, stream === 1)));
    frames.push(frameOf(RST_STREAM, 0, stream, CANCEL));
  }
  return Buffer.concat(frames);
};

/** Begins the headers of one stream and never ends them. */
const emptyContinuations: Frames = (batch) => {
  const first = batch === 0 ? [frameOf(HEADERS, 0, 1, callHeaders(LIST, true))] : [];
  return Buffer.concat([...first, ...repeat(frameOf(CONTINUATION, 0, 1))]);
};

const priorities: Frames = () => Buffer.concat(repeat(frameOf(PRIORITY, 0, 1, Buffer.from([0, 0, 0, 3, 15]))));

const unknownFrames: Frames = () => Buffer.concat(repeat(frameOf(UNKNOWN, 0, 0)));

function repeat(frame: Buffer): Buffer[] {
  return Array.from({ length: FRAMES }, () => frame);
}

const FLOODS = { rapidReset, emptyContinuations, priorities, unknownFrames };

/** All connections send the same batches. To make one takes longer than a server takes to read it. */
const BATCHES: Buffer[] = [];

function batchOf(flood: keyof typeof FLOODS, number: number): Buffer {
  // Only streams have numbers. The other floods repeat their second batch.
  const batch = flood === "rapidReset" ? number : Math.min(number, 1);
  BATCHES[batch] ??= FLOODS[flood](batch);
  return BATCHES[batch];
}

/** A flood, and from where it comes. */
export interface FloodOptions {
  readonly port: number;
  readonly flood: keyof typeof FLOODS;
  readonly connections: number;
  /** The address that each connection states in a PROXY header. Undefined: no header. */
  readonly address?: string | undefined;
}

/** What a flood has done so far. */
export interface FloodCounts {
  /** Connections that were opened. */
  opened: number;
  /** Connections that the server has closed. */
  closed: number;
  sentBytes: number;
}

/** Floods from a thread of its own, so that other clients of this process are not slowed. Resolves with its end. */
export async function startFlood(options: FloodOptions): Promise<() => Promise<FloodCounts>> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options });
  await once(worker, "message");
  return async () => {
    worker.postMessage("stop");
    const [counts] = await once(worker, "message");
    await worker.terminate();
    return counts;
  };
}

/** Floods on one connection after the other, until `signal` is aborted. */
async function floodForever(options: FloodOptions, counts: FloodCounts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const socket = net.connect(options.port, "127.0.0.1").on("error", () => {});
    counts.opened += 1;
    await floodOnce(socket, options, signal);
    counts.sentBytes += socket.bytesWritten;
    if (!signal.aborted) counts.closed += 1;
  }
}

/** Writes as fast as the server reads. Resolves when the connection is closed. */
function floodOnce(socket: net.Socket, { flood, address }: FloodOptions, signal: AbortSignal): Promise<void> {
  let batch = 0;
  const write = () => {
    // A callback that wrote at once would leave the other connections no time.
    if (socket.writable) socket.write(batchOf(flood, batch++), (error) => error ?? setImmediate(write));
  };
  if (address !== undefined) socket.write(fromV4(address));
  socket.write(preface());
  socket.resume();
  write();
  signal.addEventListener("abort", () => socket.destroy());
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

if (!isMainThread && parentPort !== null) {
  const options = workerData as FloodOptions;
  const counts: FloodCounts = { opened: 0, closed: 0, sentBytes: 0 };
  const stop = new AbortController();
  const done = Promise.all(
    Array.from({ length: options.connections }, () => floodForever(options, counts, stop.signal)),
  );
  const port = parentPort;
  port.on("message", async () => {
    stop.abort();
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 2_000))]);
    port.postMessage(counts);
  });
  port.postMessage("started");
}
