import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL(`./serverProcess${extname(import.meta.url)}`, import.meta.url));
/** How long a server may drain. A demo's server has two or three clients. */
const STOP_TIMEOUT_MS = 5_000;

/** A server with a temporary folder, on a free port of this machine. It is a process of its own. */
export class DemoServer {
  /** `HOST:PORT`. */
  readonly address: string;
  /** Resolves when its process has ended. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, address: string, ended: Promise<void>) {
    this.#child = child;
    this.#folder = folder;
    this.address = address;
    this.ended = ended;
  }

  /**
   * Starts a server, and resolves when it listens. Throws an `Error` with the reason if it does not start, or if the
   * signal is aborted. Nothing of it is left then.
   */
  static async start(signal: AbortSignal): Promise<DemoServer> {
    const folder = await mkdtemp(join(tmpdir(), "obrolan-demo-"));
    const child = spawn(process.execPath, [ENTRY, folder], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // In a session of its own, so that Ctrl-C in the terminal reaches the client alone.
      detached: true,
    });
    // Node.js never emits "close" after `disconnect`.
    const ended = once(child, "exit").then(
      () => undefined,
      () => undefined,
    );
    try {
      return new DemoServer(child, folder, await addressOf(child, signal), ended);
    } catch (error) {
      await end(child, ended, folder);
      throw error;
    }
  }

  /** Ends the server and removes its folder. A second call does nothing. */
  stop(): Promise<void> {
    return end(this.#child, this.ended, this.#folder);
  }
}

/** Reads the server's log until it has the address. */
function addressOf(child: ChildProcess, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let last = "its process ended";
    const abort = () => reject(new Error("interrupted"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    child.on("error", reject);
    // The log is read until the end of the process: a pipe that is not read would stop the server.
    const log = createInterface({ input: child.stderr as NodeJS.ReadableStream });
    log.on("line", (line) => {
      const { msg, address } = logLine(line);
      last = msg;
      if (address !== undefined) resolve(address);
    });
    log.on("close", () => reject(new Error(last)));
  });
}

/** A line of the server's log. An error before the start is not JSON. */
function logLine(line: string): { msg: string; address?: string } {
  try {
    const { msg, address } = JSON.parse(line);
    return { msg: String(msg), ...(msg === "listening" ? { address: String(address) } : {}) };
  } catch {
    return { msg: line };
  }
}

async function end(child: ChildProcess, ended: Promise<void>, folder: string): Promise<void> {
  if (child.connected) child.disconnect();
  const limit = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(limit);
  // A server that was killed could not remove it.
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
