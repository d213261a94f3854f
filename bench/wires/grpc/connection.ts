import { connect, type Socket } from "node:net";
import type { Pause } from "../wire.ts";
import { Flag, FRAME_HEADER_BYTES, type FrameHandler, FrameParser, FrameType, frame, headerBlock } from "./frames.ts";
import { DEFAULT_WINDOW_BYTES, SendWindow } from "./window.ts";

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const EMPTY = Buffer.alloc(0);

/** The id of the one call on a connection. */
export const STREAM = 1;

// The receive windows have the protocol's default size, as in a gRPC client on Node, and the client extends them once
// half of the window is used, as nghttp2 does. So the server meets the flow control of real clients.
const WINDOW_UPDATE_THRESHOLD_BYTES = DEFAULT_WINDOW_BYTES >> 1;

// All sockets share one read buffer, because each handles its bytes before the next socket reads.
const readBuffer = Buffer.allocUnsafe(256 * 1024);

/** Receives the response stream of a call. */
export interface CallHandler {
  /** A piece of the response stream. Do not keep `bytes` after the call. */
  data(bytes: Buffer, start: number, end: number): void;
  /** The call or its connection ended without `close`. Called at most once. */
  failed(error: Error): void;
}

/**
 * One gRPC call on a TCP connection of its own, on `node:net`, with the part of HTTP/2 that one call needs. A thousand
 * clients on `node:http2` would cost as much CPU as the server under test, and the benchmark would measure its own
 * load.
 */
export class Connection implements FrameHandler {
  readonly #handler: CallHandler;
  readonly #parser = new FrameParser(this);
  readonly #socket: Socket;
  readonly #window = new SendWindow();
  #pendingFrames: Buffer[] = [];
  #closed = false;
  #paused = false;
  /** Bytes received since the last window update. */
  #unacknowledgedBytes = 0;

  constructor(address: string, path: string, metadata: Readonly<Record<string, string>>, handler: CallHandler) {
    this.#handler = handler;
    const { hostname: host, port } = new URL(`http://${address}`);
    const onread = { buffer: readBuffer, callback: (length: number, bytes: Uint8Array) => this.#read(length, bytes) };
    this.#socket = connect({ host, port: Number(port), noDelay: true, onread });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("The server closed the connection.")));
    const fields = { ":method": "POST", ":scheme": "http", ":path": path, ":authority": address };
    const block = headerBlock({ ...fields, te: "trailers", "content-type": "application/grpc", ...metadata });
    const settings = frame(FrameType.settings, 0, 0, EMPTY);
    const headers = frame(FrameType.headers, Flag.endHeaders, STREAM, block);
    this.#socket.write(Buffer.concat([PREFACE, settings, headers]));
  }

  /** Sends a DATA frame once the server's windows have room for it. Frames of one event-loop turn are one write. */
  send(dataFrame: Buffer): void {
    this.#pendingFrames.push(dataFrame);
    if (this.#pendingFrames.length === 1) queueMicrotask(() => this.#flush());
  }

  pause(how: Pause): void {
    this.#paused = true;
    if (how === "socket") this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
    this.#updateWindows();
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  data(bytes: Buffer, start: number, end: number): void {
    this.#unacknowledgedBytes += end - start;
    this.#handler.data(bytes, start, end);
  }

  frame(type: number, flags: number, streamId: number, payload: Buffer): void {
    const acknowledged = (flags & Flag.ack) !== 0;
    if (type === FrameType.windowUpdate) {
      this.#window.widen(streamId, payload);
      this.#flush();
    } else if (type === FrameType.settings && !acknowledged) {
      this.#window.settings(payload);
      this.#socket.write(frame(FrameType.settings, Flag.ack, 0, EMPTY));
      this.#flush();
    } else if (type === FrameType.ping && !acknowledged) {
      this.#socket.write(frame(FrameType.ping, Flag.ack, 0, payload));
    } else if (type === FrameType.reset) {
      this.#fail(new Error(`The server reset the call (HTTP/2 error code ${payload.readUInt32BE(0)}).`));
    } else if (type === FrameType.goaway) {
      this.#fail(new Error(`The server ends the connection (GOAWAY, HTTP/2 error code ${payload.readUInt32BE(4)}).`));
    } else if (type === FrameType.headers && (flags & Flag.endStream) !== 0) {
      this.#fail(new Error("The server ended the call."));
    }
  }

  #read(length: number, bytes: Uint8Array): boolean {
    if (this.#closed) return false;
    try {
      this.#parser.push(bytes as Buffer, length);
      if (this.#unacknowledgedBytes >= WINDOW_UPDATE_THRESHOLD_BYTES && !this.#paused) this.#updateWindows();
    } catch (error) {
      this.#fail(error as Error);
    }
    return true;
  }

  #updateWindows(): void {
    if (this.#unacknowledgedBytes === 0 || this.#closed) return;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#unacknowledgedBytes);
    this.#unacknowledgedBytes = 0;
    const updates = [0, STREAM].map((streamId) => frame(FrameType.windowUpdate, 0, streamId, bytes));
    this.#socket.write(Buffer.concat(updates));
  }

  #flush(): void {
    if (this.#closed) return;
    const blocked = this.#pendingFrames.findIndex((data) => !this.#window.take(data.length - FRAME_HEADER_BYTES));
    const frames = this.#pendingFrames.splice(0, blocked < 0 ? this.#pendingFrames.length : blocked);
    if (frames.length > 0) this.#socket.write(Buffer.concat(frames));
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#handler.failed(error);
  }
}
