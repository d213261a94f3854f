import { randomBytes } from "node:crypto";
import { type BytesHandler, LeanSocket } from "../socket.ts";
import type { Pause } from "../wire.ts";
import { maskedFrame, Opcode, takeFrames } from "./frames.ts";

const END_OF_HEAD = "\r\n\r\n";

/** Receives the text frames of a WebSocket. */
export interface TextHandler {
  /** The payload of a text frame. Do not keep `bytes` after the call. */
  text(bytes: Buffer, start: number, stop: number): void;
  /** The connection ended without `close`. Called at most once, and last. */
  failed(error: Error): void;
}

/** One WebSocket on `node:net`, with the part of the protocol that the measured servers need. */
export class WebSocketConnection implements BytesHandler {
  readonly #handler: TextHandler;
  readonly #socket: LeanSocket;
  #upgraded = false;

  constructor(address: string, path: string, handler: TextHandler) {
    this.#handler = handler;
    this.#socket = new LeanSocket(address, this);
    const head = [
      `GET ${path} HTTP/1.1`,
      `Host: ${address}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    ];
    this.#socket.write(Buffer.from(head.join("\r\n") + END_OF_HEAD));
  }

  send(text: string): void {
    this.#socket.write(maskedFrame(Opcode.text, Buffer.from(text)));
  }

  /** Stops reading the socket in both modes, because WebSocket has no flow control of its own. */
  pause(_how: Pause): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.close();
  }

  take(bytes: Buffer, end: number): number {
    if (this.#upgraded) return takeFrames(bytes, 0, end, this.#frame);
    const headEnd = bytes.subarray(0, end).indexOf(END_OF_HEAD);
    if (headEnd < 0) return 0;
    const statusLine = bytes.toString("latin1", 0, bytes.indexOf("\r\n"));
    if (!statusLine.startsWith("HTTP/1.1 101 ")) throw new Error(`The server did not upgrade: ${statusLine}.`);
    this.#upgraded = true;
    return takeFrames(bytes, headEnd + END_OF_HEAD.length, end, this.#frame);
  }

  failed(error: Error): void {
    this.#handler.failed(error);
  }

  readonly #frame = (opcode: number, bytes: Buffer, start: number, stop: number): void => {
    if (opcode === Opcode.text) this.#handler.text(bytes, start, stop);
    else if (opcode === Opcode.ping)
      this.#socket.write(maskedFrame(Opcode.pong, Buffer.from(bytes.subarray(start, stop))));
    else
      throw new Error(
        opcode === Opcode.close
          ? "The server closed the WebSocket."
          : `A frame came with opcode ${opcode}, which this client does not understand.`,
      );
  };
}
