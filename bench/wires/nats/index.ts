import { digitsOf, numberAt } from "../messageText.ts";
import { type BytesHandler, LeanSocket } from "../socket.ts";
import type { Client, Sink, Wire } from "../wire.ts";

const SUBJECT = "room";
const SID = "1";
const MESSAGE = Buffer.from(`MSG ${SUBJECT} ${SID} `);
const OPTIONS = { verbose: false, pedantic: false, lang: "bench", version: "1", protocol: 1 };
const CONNECT = `CONNECT ${JSON.stringify(OPTIONS)}\r\n`;
const CR = 0x0d;

/**
 * Core NATS: all clients subscribe to one subject, and one client publishes to it. NATS assigns no ids and confirms no
 * message. So the id of a message is the number that its publisher gave it, and the message counts as accepted when the
 * publisher receives its own copy. That works with one publisher only, and only if all clients join before it starts.
 */
export const natsWire: Wire = {
  signIn: async (_address, count) => Array.from({ length: count }, (_, index) => `bench${index + 1}`),
  open: (address, _token, sink) =>
    new Promise((resolve, reject) => {
      const client: NatsClient = new NatsClient(address, sink, (error) => (error ? reject(error) : resolve(client)));
    }),
};

class NatsClient implements Client, BytesHandler {
  readonly #sink: Sink;
  readonly #socket: LeanSocket;
  readonly #opened: (error?: Error) => void;
  #state: "opening" | "open" | "joining" | "joined" = "opening";
  #publishes = false;

  constructor(address: string, sink: Sink, opened: (error?: Error) => void) {
    this.#sink = sink;
    this.#opened = opened;
    this.#socket = new LeanSocket(address, this);
    this.#say(`${CONNECT}PING\r\n`);
  }

  join(): void {
    this.#state = "joining";
    this.#say(`SUB ${SUBJECT} ${SID}\r\nPING\r\n`);
  }

  send(number: number, textBytes: number): void {
    this.#publishes = true;
    this.#say(`PUB ${SUBJECT} ${textBytes}\r\n${digitsOf(number).padEnd(textBytes, "x")}\r\n`);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.close();
  }

  failed(error: Error): void {
    if (this.#state === "opening") this.#opened(error);
    else this.#sink.failed(error);
  }

  take(bytes: Buffer, end: number): number {
    let at = 0;
    let last = 0;
    while (at < end) {
      const lineEnd = bytes.indexOf(CR, at);
      if (lineEnd < 0 || lineEnd + 2 > end) break;
      if (bytes.compare(MESSAGE, 0, MESSAGE.length, at, at + MESSAGE.length) !== 0) {
        this.#line(bytes.toString("latin1", at, lineEnd));
        at = lineEnd + 2;
        continue;
      }
      const length = Number(bytes.toString("latin1", at + MESSAGE.length, lineEnd));
      const start = lineEnd + 2;
      if (start + length + 2 > end) break;
      last = numberAt(bytes, start);
      this.#sink.message(last, last, length);
      if (this.#publishes) this.#sink.accepted(last, last);
      at = start + length + 2;
    }
    // All messages of one read count as one response.
    if (last > 0) this.#sink.cursor(last);
    return at;
  }

  #line(line: string): void {
    if (line === "PING") this.#say("PONG\r\n");
    else if (line === "PONG") this.#onPong();
    else if (!line.startsWith("INFO "))
      throw new Error(`The server sent "${line}", which this client does not understand.`);
  }

  // The server has handled everything that was sent before the PING.
  #onPong(): void {
    if (this.#state === "opening") {
      this.#state = "open";
      this.#opened();
    } else if (this.#state === "joining") {
      this.#state = "joined";
      this.#sink.caughtUp(0);
    }
  }

  #say(text: string): void {
    this.#socket.write(Buffer.from(text, "latin1"));
  }
}
