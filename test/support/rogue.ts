import { once } from "node:events";
import net from "node:net";
import { within } from "./deadline.ts";

const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const GOAWAY = 7;
const END_HEADERS = 4;
const ACK = 1;

/**
 * Opens as many `Chat` streams at once on one connection, whatever the server's settings say, and returns how many of them
 * it resets. No HTTP/2 library does that, so the frames are written by hand.
 */
export async function openTooMany(port: number, token: string, count: number): Promise<number> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => {});
  const headers = headerBlock({
    ":method": "POST",
    ":scheme": "http",
    ":path": "/obrolan.v1.ChatService/Chat",
    ":authority": "127.0.0.1",
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `Bearer ${token}`,
  });
  const streams = Array.from({ length: count }, (_, index) => httpFrame(HEADERS, END_HEADERS, 2 * index + 1, headers));
  const hello = [
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    httpFrame(SETTINGS, 0, 0),
    httpFrame(SETTINGS, ACK, 0),
  ];
  socket.write(Buffer.concat([...hello, ...streams]));
  try {
    return await within(countRefused(socket, count), "the server to answer all streams");
  } finally {
    socket.destroy();
  }
}

/** Counts resets until every stream has been answered in some way, or the server gives up the connection. */
async function countRefused(socket: net.Socket, count: number): Promise<number> {
  const answered = new Set<number>();
  const refused = new Set<number>();
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      const [type, stream] = [rest.readUInt8(3), rest.readUInt32BE(5)];
      if (type === GOAWAY) return count;
      if (type === RST_STREAM) refused.add(stream);
      if (type === RST_STREAM || type === HEADERS) answered.add(stream);
      rest = rest.subarray(end);
    }
    if (answered.size === count) return refused.size;
  }
  return count;
}

function httpFrame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Headers in HPACK's plainest form: literal, not indexed, not Huffman-coded. */
function headerBlock(headers: Record<string, string>): Buffer {
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  );
}

function literal(text: string): Buffer {
  const { length } = text;
  if (length >= 127 + 128) throw new Error("a header this long is not needed here");
  const head = length < 127 ? [length] : [127, length - 127];
  return Buffer.concat([Buffer.from(head), Buffer.from(text)]);
}
