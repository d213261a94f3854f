import { digitsOf } from "../messageText.ts";
import type { Sink, Wire } from "../wire.ts";
import { namesOf, readMessage, WebSocketClient } from "./client.ts";
import { WebSocketConnection } from "./connection.ts";

const MESSAGE = Buffer.from('{"type":"message",');
const AFTER_TEXT = '"}'.length;

/** The JSON messages of `peers/ws`. */
export const wsWire: Wire = {
  signIn: async (_address, count) => namesOf(count),
  open: (address, token, sink) =>
    new Promise((resolve, reject) => {
      const client: WsClient = new WsClient(address, token, sink, (error) => (error ? reject(error) : resolve(client)));
    }),
};

class WsClient extends WebSocketClient {
  protected readonly connection: WebSocketConnection;
  readonly #sink: Sink;
  readonly #opened: (error?: Error) => void;
  #greeted = false;

  constructor(address: string, token: string, sink: Sink, opened: (error?: Error) => void) {
    super();
    this.#sink = sink;
    this.#opened = opened;
    this.connection = new WebSocketConnection(address, `/?name=${token}`, {
      text: (bytes, start, stop) => this.#take(bytes, start, stop),
      failed: (error) => (this.#greeted ? sink.failed(error) : opened(error)),
    });
  }

  join(): void {
    this.connection.send('{"type":"join"}');
  }

  send(number: number, textBytes: number): void {
    const digits = digitsOf(number);
    this.connection.send(`{"type":"say","requestId":"${digits}","text":"${digits.padEnd(textBytes, "x")}"}`);
  }

  #take(bytes: Buffer, start: number, stop: number): void {
    if (bytes.compare(MESSAGE, 0, MESSAGE.length, start, start + MESSAGE.length) === 0) {
      readMessage(bytes, start, stop, AFTER_TEXT, this.#sink);
      return;
    }
    const reply = JSON.parse(bytes.toString("utf8", start, stop));
    if (reply.type === "welcome") {
      this.#greeted = true;
      this.#opened();
    } else if (reply.type === "joined") this.#sink.caughtUp(reply.id);
    else if (reply.type === "accepted") this.#sink.accepted(Number(reply.requestId), reply.id);
    else throw new Error(`The server sent a message of the unknown type ${reply.type}.`);
  }
}
