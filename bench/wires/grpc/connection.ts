import { connect, type Socket } from "node:net";
import type { Pause } from "../wire.ts";
import { Flag, FRAME_HEADER, type FrameHandler, FrameParser, FrameType, frame, headerBlock } from "./frames.ts";
import { DEFAULT_WINDOW, SendWindow } from "./window.ts";

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const NOTHING = Buffer.alloc(0);

/** The id of the one call on a connection. */
export const STREAM = 1;

// The windows stay at the protocol's default, as a gRPC client on Node has them, and are given back by halves, as nghttp2
// does: the server under test meets the flow control that it meets in life.
const GIVE_BACK = DEFAULT_WINDOW >> 1;

// All sockets read into one buffer: what is in it is dealt with before the next socket's turn.
const readBuffer = Buffer.allocUnsafe(256 * 1024);

/** What one call brings. */
export interface CallHandler {
  /** A piece of the response stream's bytes, only lent. */
  data(bytes: Buffer, start: number, end: number): void;
  /** The call or its connection is over, not by `close`. At most once. */
  failed(error: Error): void;
}

/**
 * One gRPC call on a TCP connection of its own, on plain `node:net`, with no more of HTTP/2 than that takes. A thousand
 * clients on `node:http2` would cost as much as the server under test does, and the benchmark would measure its own load.
 */
export class Connection implements FrameHandler {
  readonly #handler: CallHandler;
  readonly #parser = new FrameParser(this);
  readonly #socket: Socket;
  readonly #window = new SendWindow();
  #waiting: Buffer[] = [];
  #closed = false;
  #paused = false;
  #taken = 0;

  constructor(address: string, path: string, metadata: Readonly<Record<string, string>>, handler: CallHandler) {
    this.#handler = handler;
    const { hostname: host, port } = new URL(`http://${address}`);
    const onread = { buffer: readBuffer, callback: (length: number, bytes: Uint8Array) => this.#read(length, bytes) };
    this.#socket = connect({ host, port: Number(port), noDelay: true, onread });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("The server closed the connection.")));
    const fields = { ":method": "POST", ":scheme": "http", ":path": path, ":authority": address };
    const block = headerBlock({ ...fields, te: "trailers", "content-type": "application/grpc", ...metadata });
    const settings = frame(FrameType.settings, 0, 0, NOTHING);
    const headers = frame(FrameType.headers, Flag.endHeaders, STREAM, block);
    this.#socket.write(Buffer.concat([PREFACE, settings, headers]));
  }

  /** Sends a DATA frame of the call as soon as the server's windows have room for it; those of one turn in one write. */
  send(dataFrame: Buffer): void {
    this.#waiting.push(dataFrame);
    if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
  }

  pause(how: Pause): void {
    this.#paused = true;
    if (how === "socket") this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
    this.#giveBack();
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  data(bytes: Buffer, start: number, end: number): void {
    this.#taken += end - start;
    this.#handler.data(bytes, start, end);
  }

  frame(type: number, flags: number, streamId: number, payload: Buffer): void {
    const acknowledged = (flags & Flag.ack) !== 0;
    if (type === FrameType.windowUpdate) {
      this.#window.widen(streamId, payload);
      this.#flush();
    } else if (type === FrameType.settings && !acknowledged) {
      this.#window.settings(payload);
      this.#socket.write(frame(FrameType.settings, Flag.ack, 0, NOTHING));
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
      if (this.#taken >= GIVE_BACK && !this.#paused) this.#giveBack();
    } catch (error) {
      this.#fail(error as Error);
    }
    return true;
  }

  #giveBack(): void {
    if (this.#taken === 0 || this.#closed) return;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#taken);
    this.#taken = 0;
    const updates = [0, STREAM].map((streamId) => frame(FrameType.windowUpdate, 0, streamId, bytes));
    this.#socket.write(Buffer.concat(updates));
  }

  #flush(): void {
    if (this.#closed) return;
    const ready = this.#waiting.findIndex((dataFrame) => !this.#window.take(dataFrame.length - FRAME_HEADER));
    const frames = this.#waiting.splice(0, ready < 0 ? this.#waiting.length : ready);
    if (frames.length > 0) this.#socket.write(Buffer.concat(frames));
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#handler.failed(error);
  }
}
