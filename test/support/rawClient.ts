import { once } from "node:events";
import net from "node:net";
import { within } from "./deadline.ts";
import { frame } from "./frames.ts";

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const END_HEADERS = 4;
const ACK = 1;
const CANCEL = 8;

const CHAT = "/obrolan.v1.ChatService/Chat";

/** The bytes that the connection accepts beyond HTTP/2's 64 KiB. Its streams keep their own windows. */
const WIDE = 1 << 30;

/** One frame of HTTP/2. */
interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A connection with hand-written frames, for misbehaviour that no HTTP/2 library allows. A stream accepts 64 KiB. */
export class RawClient {
  readonly #socket: net.Socket;
  readonly #headers: Buffer;
  #lastStream = -1;

  private constructor(socket: net.Socket, token: string, path: string, more: readonly (readonly [string, string])[]) {
    this.#socket = socket;
    this.#headers = headerBlock([
      [":method", "POST"],
      [":scheme", "http"],
      [":path", path],
      [":authority", "127.0.0.1"],
      ["content-type", "application/grpc"],
      ["te", "trailers"],
      ["authorization", `Bearer ${token}`],
      ...more,
    ]);
  }

  /**
   * Connects. `wide`: the window of the connection fits all streams, so that only their own windows stop the server.
   * `path`: the rpc of `open`. `headers`: additional ones. `acknowledges`: whether it accepts the server's settings.
   * `header`: what a proxy sends first.
   */
  static async connect(
    port: number,
    token: string,
    {
      wide = false,
      path = CHAT,
      headers = [] as readonly (readonly [string, string])[],
      acknowledges = true,
      header = Buffer.alloc(0) as Buffer,
    } = {},
  ): Promise<RawClient> {
    const socket = net.connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => {});
    const client = new RawClient(socket, token, path, headers);
    socket.write(header);
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    client.#write({ type: SETTINGS });
    if (acknowledges) client.#write({ type: SETTINGS, flags: ACK });
    if (wide) client.#write({ type: WINDOW_UPDATE, payload: uint32(WIDE) });
    return client;
  }

  /**
   * Opens `count` streams at once, also beyond the server's limit, and sends `request` on each. Returns their
   * numbers.
   */
  open(count: number, request?: Uint8Array): number[] {
    const streams = Array.from({ length: count }, (_, index) => this.#lastStream + 2 * (index + 1));
    this.#lastStream += 2 * count;
    this.#socket.cork();
    for (const stream of streams) {
      this.#write({ type: HEADERS, flags: END_HEADERS, stream, payload: this.#headers });
      if (request !== undefined) this.#write({ type: DATA, stream, payload: frame(request) });
    }
    this.#socket.uncork();
    return streams;
  }

  /** Opens 2,000 streams and resets each at once. Resolves when the server has closed the connection. */
  async floodWithResets(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#socket.on("close", () => resolve()));
    this.#socket.resume();
    this.#socket.cork();
    for (let i = 0; i < 2_000; i++) {
      const [stream] = this.open(1);
      this.#write({ type: RST_STREAM, stream, payload: uint32(CANCEL) });
    }
    this.#socket.uncork();
    await closed;
  }

  /** Sends bytes of a stream, each in a DATA frame of its own. */
  drip(stream: number, bytes: Uint8Array): void {
    this.#socket.cork();
    for (const byte of bytes) this.#write({ type: DATA, stream, payload: Buffer.from([byte]) });
    this.#socket.uncork();
  }

  /** Sends bytes of a stream in one DATA frame. */
  data(stream: number, payload: Buffer): void {
    this.#write({ type: DATA, stream, payload });
  }

  /** The frames from the server; pings are answered. Iterate once: the end of the loop ends the connection. */
  async *frames(): AsyncGenerator<Frame> {
    let rest = Buffer.alloc(0);
    for await (const chunk of this.#socket) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
        const end = 9 + rest.readUIntBE(0, 3);
        const [type, flags, stream] = [rest.readUInt8(3), rest.readUInt8(4), rest.readUInt32BE(5)];
        const payload = rest.subarray(9, end);
        rest = rest.subarray(end);
        if (type === PING && (flags & ACK) === 0) this.#write({ type: PING, flags: ACK, payload });
        yield { type, flags, stream, payload };
      }
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #write({ type, flags = 0, stream = 0, payload = Buffer.alloc(0) }: Partial<Frame>): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type ?? 0, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    this.#socket.write(Buffer.concat([head, payload]));
  }
}

/**
 * Floods on `count` connections, one after the other, from the address in a proxy's header. Resolves when the server has
 * closed them all.
 */
export async function floodFrom(port: number, header: Buffer, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const client = await RawClient.connect(port, "token", { header });
    await within(client.floodWithResets(), "the flood to be cut off");
  }
}

/** Opens `count` streams on one connection. Returns how many the server resets; all if it ends the connection. */
export async function openTooMany(port: number, token: string, count: number): Promise<number> {
  const client = await RawClient.connect(port, token);
  client.open(count);
  try {
    return await within(countRefused(client, count), "the server to answer all streams");
  } finally {
    client.close();
  }
}

/** Counts resets until every stream has an answer, or the server ends the connection. */
async function countRefused(client: RawClient, count: number): Promise<number> {
  const answered = new Set<number>();
  const refused = new Set<number>();
  for await (const { type, stream } of client.frames()) {
    if (type === GOAWAY) return count;
    if (type === RST_STREAM) refused.add(stream);
    if (type === RST_STREAM || type === HEADERS) answered.add(stream);
    if (answered.size === count) break;
  }
  return refused.size;
}

/** The outcome of streams on one connection that were not read. */
export interface Stalled {
  /** The streams in the order in which the server reset them; one that was reset twice is there twice. */
  readonly reset: readonly number[];
  /** The bytes of their data before the resets. */
  readonly bytes: number;
  /** Whether the connection serves another stream. */
  readonly answersStill: boolean;
}

/**
 * Opens streams on a connection, reads nothing beyond their windows, and waits until all were reset. Calls `full` when
 * `bytes` bytes have arrived.
 */
export async function stall(
  client: RawClient,
  { count, request, bytes: windowBytes, full }: { count: number; request: Uint8Array; bytes: number; full: () => void },
): Promise<Stalled> {
  const streams = new Set(client.open(count, request));
  const reset: number[] = [];
  let bytes = 0;
  let another: number | undefined;
  for await (const { type, stream, payload } of client.frames()) {
    if (type === GOAWAY) break;
    if (stream === another && type === HEADERS) return { reset, bytes, answersStill: true };
    if (!streams.has(stream)) continue;
    if (type === DATA) {
      bytes += payload.length;
      if (bytes === windowBytes) full();
    }
    if (type === RST_STREAM) reset.push(stream);
    if (reset.length === count) another ??= client.open(1)[0];
  }
  return { reset, bytes, answersStill: false };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Headers in the plainest form of HPACK: literal, not indexed, not Huffman-coded. */
function headerBlock(headers: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(headers.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  const { length } = text;
  const head = length < 127 ? [length] : [127];
  for (let rest = length - 127; rest >= 0; rest = rest < 128 ? -1 : rest >> 7) {
    head.push(rest < 128 ? rest : (rest & 127) | 128);
  }
  return Buffer.concat([Buffer.from(head), Buffer.from(text)]);
}
