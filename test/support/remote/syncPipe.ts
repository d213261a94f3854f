import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DEADLINE } from "../deadline.ts";
import { fromLine } from "./values.ts";

const PAUSE_MS = 1;
const RESPONSE_BYTES = 64 * 1024;

/** Asks another process, and waits for the answer without the event loop. */
export class SyncPipe {
  readonly requests: string;
  readonly responses: string;
  readonly #folder: string;
  readonly #write: number;
  readonly #read: number;
  readonly #never = new Int32Array(new SharedArrayBuffer(4));

  constructor() {
    // Not in the server's folder: a test that reads all files of that one would wait for the pipe's next line.
    this.#folder = mkdtempSync(path.join(tmpdir(), "obrolan-pipe-"));
    this.requests = path.join(this.#folder, "requests");
    this.responses = path.join(this.#folder, "responses");
    execFileSync("mkfifo", [this.requests, this.responses]);
    // Opened for both directions: otherwise it would wait for the other process.
    this.#write = openSync(this.requests, "r+");
    this.#read = openSync(this.responses, constants.O_RDWR | constants.O_NONBLOCK);
  }

  /** Sends a line, and returns the value of the line that comes back. */
  ask(line: string): unknown {
    writeSync(this.#write, `${line}\n`);
    const giveUpAt = performance.now() + DEADLINE;
    const buffer = Buffer.alloc(RESPONSE_BYTES);
    for (let length = 0; performance.now() < giveUpAt; Atomics.wait(this.#never, 0, 0, PAUSE_MS)) {
      try {
        length += readSync(this.#read, buffer, length, buffer.length - length, null);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
      if (buffer[length - 1] === 0x0a) return fromLine(buffer.toString("utf8", 0, length));
    }
    throw new Error(`the other process did not answer ${line}`);
  }

  close(): void {
    for (const fd of [this.#write, this.#read]) closeSync(fd);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
