import { digitsOf } from "../messageText.ts";
import type { Sink, Wire } from "../wire.ts";
import { namesOf, readMessage, WebSocketClient } from "./client.ts";
import { WebSocketConnection } from "./connection.ts";

// The packet types of Engine.IO 4 (first character) and of Socket.IO 5 (second character, inside an Engine.IO message,
// "4").
const Packet = { open: "0", ping: "2", pong: "3", connect: "40", event: "42", ack: "43" } as const;

const MESSAGE = Buffer.from('42["message",');
const AFTER_TEXT = '"}]'.length;
const JOIN_ACK = 0;

/** Socket.IO over WebSocket, with the events of `peers/socket-io`. */
export const socketIoWire: Wire = {
  signIn: async (_address, count) => namesOf(count),
  open: (address, token, sink) =>
    new Promise((resolve, reject) => {
      const client: SocketIoClient = new SocketIoClient(address, token, sink, (error) =>
        error ? reject(error) : resolve(client),
      );
    }),
};

class SocketIoClient extends WebSocketClient {
  protected readonly connection: WebSocketConnection;
  readonly #token: string;
  readonly #sink: Sink;
  readonly #opened: (error?: Error) => void;
  #greeted = false;

  constructor(address: string, token: string, sink: Sink, opened: (error?: Error) => void) {
    super();
    this.#token = token;
    this.#sink = sink;
    this.#opened = opened;
    this.connection = new WebSocketConnection(address, "/socket.io/?EIO=4&transport=websocket", {
      text: (bytes, start, stop) => this.#take(bytes, start, stop),
      failed: (error) => (this.#greeted ? sink.failed(error) : opened(error)),
    });
  }

  join(): void {
    this.connection.send(`${Packet.event}${JOIN_ACK}["join"]`);
  }

  send(number: number, textBytes: number): void {
    this.connection.send(`${Packet.event}${number}["say","${digitsOf(number).padEnd(textBytes, "x")}"]`);
  }

  #take(bytes: Buffer, start: number, stop: number): void {
    if (bytes.compare(MESSAGE, 0, MESSAGE.length, start, start + MESSAGE.length) === 0) {
      readMessage(bytes, start, stop, AFTER_TEXT, this.#sink);
      return;
    }
    const packet = bytes.toString("utf8", start, stop);
    if (packet.startsWith(Packet.open)) {
      this.connection.send(`${Packet.connect}${JSON.stringify({ name: this.#token })}`);
    } else if (packet === Packet.ping) this.connection.send(Packet.pong);
    else if (packet.startsWith(Packet.connect)) {
      this.#greeted = true;
      this.#opened();
    } else if (packet.startsWith(Packet.ack)) this.#acknowledged(packet.slice(Packet.ack.length));
    else throw new Error(`The server sent ${packet}.`);
  }

  // `12[34]` acknowledges the event with number 12; the id of its message is 34.
  #acknowledged(ack: string): void {
    const bracket = ack.indexOf("[");
    const number = Number(ack.slice(0, bracket));
    const [id] = JSON.parse(ack.slice(bracket));
    if (number === JOIN_ACK) this.#sink.caughtUp(id);
    else this.#sink.accepted(number, id);
  }
}
