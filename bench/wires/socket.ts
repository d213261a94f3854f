import { connect, type Socket } from "node:net";

// All sockets read into one buffer: what is in it is dealt with before the next socket's turn.
const readBuffer = Buffer.allocUnsafe(256 * 1024);
const NOTHING = Buffer.alloc(0);

/** What a connection brings. */
export interface BytesHandler {
  /**
   * Takes all that is whole in the first `end` bytes, and gives back where the rest begins: that comes again with what
   * follows it. The bytes are only lent.
   */
  take(bytes: Buffer, end: number): number;
  /** The connection is over, not by `close`, or `take` threw. At most once; nothing comes after it. */
  failed(error: Error): void;
}

/** A TCP connection that costs the load as little as it can: reads without a stream, writes of one turn in one. */
export class LeanSocket {
  readonly #handler: BytesHandler;
  readonly #socket: Socket;
  #rest = new ReassemblyBuffer();
  #waiting: Buffer[] = [];
  #closed = false;

  constructor(address: string, handler: BytesHandler) {
    this.#handler = handler;
    const { hostname: host, port } = new URL(`http://${address}`);
    const onread = { buffer: readBuffer, callback: (length: number, bytes: Uint8Array) => this.#read(length, bytes) };
    this.#socket = connect({ host, port: Number(port), noDelay: true, onread });
    this.#socket.on("error", (error) => this.fail(error));
    this.#socket.on("close", () => this.fail(new Error("The server closed the connection.")));
  }

  write(bytes: Buffer): void {
    this.#waiting.push(bytes);
    if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  /** Ends it as failed. */
  fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#handler.failed(error);
  }

  #read(length: number, bytes: Uint8Array): boolean {
    if (this.#closed) return false;
    try {
      this.#rest.push(bytes as Buffer, length, this.#handler);
    } catch (error) {
      this.fail(error as Error);
    }
    return true;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (!this.#closed) this.#socket.write(waiting.length === 1 && waiting[0] ? waiting[0] : Buffer.concat(waiting));
  }
}

/** Keeps what was not whole yet until the rest of it comes. */
export class ReassemblyBuffer {
  #bytes = NOTHING;

  /** Hands over the first `length` bytes, behind those that are left from before. */
  push(read: Buffer, length: number, handler: Pick<BytesHandler, "take">): void {
    const bytes = this.#bytes.length === 0 ? read : Buffer.concat([this.#bytes, read.subarray(0, length)]);
    const end = this.#bytes.length + length;
    const taken = handler.take(bytes, end);
    this.#bytes = taken === end ? NOTHING : Buffer.from(bytes.subarray(taken, end));
  }
}
