import dgram from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

const HEADER = 12;
const NO_SUCH_NAME = 0x8583;
const FOUND = 0x8580;
const TYPE_A = 1;

/** A name server that knows no name until a test calls `know`. */
export class NameServer {
  readonly #socket = dgram.createSocket("udp4");
  #knows = false;

  private constructor() {
    this.#socket.on("message", (question, { address, port }) => {
      this.#socket.send(this.#answer(question), port, address);
    });
  }

  static async start(): Promise<NameServer> {
    const server = new NameServer();
    server.#socket.bind(0, "127.0.0.1");
    await once(server.#socket, "listening");
    return server;
  }

  /** `HOST:PORT` */
  get address(): string {
    const { address, port } = this.#socket.address() as AddressInfo;
    return `${address}:${port}`;
  }

  /** From now on every name resolves to 127.0.0.1. */
  know(): void {
    this.#knows = true;
  }

  close(): void {
    this.#socket.close();
  }

  /** A response of RFC 1035, section 4: the question again, and an address if the question asks for one. */
  #answer(question: Buffer): Buffer {
    const end = question.indexOf(0, HEADER) + 1;
    const asked = question.subarray(HEADER, end + 4);
    const isAddress = this.#knows && question.readUInt16BE(end) === TYPE_A;
    const header = Buffer.alloc(HEADER);
    header.writeUInt16BE(question.readUInt16BE(0), 0);
    header.writeUInt16BE(this.#knows ? FOUND : NO_SUCH_NAME, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(isAddress ? 1 : 0, 6);
    // A pointer to the name in the question, type A, class IN, valid for an hour, 4 bytes: 127.0.0.1.
    const address = Buffer.from("c00c0001000100000e1000047f000001", "hex");
    return Buffer.concat([header, asked, ...(isAddress ? [address] : [])]);
  }
}
