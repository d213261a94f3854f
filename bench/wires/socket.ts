import { connect, type Socket } from "node:net";

// All sockets share one read buffer, because each handles its bytes before the next socket reads.
const readBuffer = Buffer.allocUnsafe(256 * 1024);
const EMPTY = Buffer.alloc(0);

/** Receives the bytes of a connection. */
export interface BytesHandler {
  /**
   * Handles all complete units in the first `end` bytes and returns the offset of the first incomplete one. The bytes
   * from there come again, together with the bytes that follow them. Do not keep `bytes` after the call.
   */
  take(bytes: Buffer, end: number): number;
  /** The connection ended without `close`, or `take` threw. Called at most once, and last. */
  failed(error: Error): void;
}

/** A TCP connection that costs little CPU: it reads without a stream and joins all writes of one event-loop turn. */
export class LeanSocket {
  readonly #handler: BytesHandler;
  readonly #socket: Socket;
  #received = new ReassemblyBuffer();
  #pendingWrites: Buffer[] = [];
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
    this.#pendingWrites.push(bytes);
    if (this.#pendingWrites.length === 1) queueMicrotask(() => this.#flush());
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

  /** Closes the connection and reports the error to the handler. */
  fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#handler.failed(error);
  }

  #read(length: number, bytes: Uint8Array): boolean {
    if (this.#closed) return false;
    try {
      this.#received.push(bytes as Buffer, length, this.#handler);
    } catch (error) {
      this.fail(error as Error);
    }
    return true;
  }

  #flush(): void {
    const writes = this.#pendingWrites;
    this.#pendingWrites = [];
    if (!this.#closed) this.#socket.write(writes.length === 1 && writes[0] ? writes[0] : Buffer.concat(writes));
  }
}

/** Keeps the bytes of an incomplete unit until the rest of it arrives. */
export class ReassemblyBuffer {
  #bytes = EMPTY;

  /** Passes the kept bytes and the first `length` bytes of `read` to the handler. */
  push(read: Buffer, length: number, handler: Pick<BytesHandler, "take">): void {
    const bytes = this.#bytes.length === 0 ? read : Buffer.concat([this.#bytes, read.subarray(0, length)]);
    const end = this.#bytes.length + length;
    const taken = handler.take(bytes, end);
    this.#bytes = taken === end ? EMPTY : Buffer.from(bytes.subarray(taken, end));
  }
}
