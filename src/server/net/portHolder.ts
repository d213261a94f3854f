import { readFile } from "node:fs/promises";

/** What holds a port: a listening program, an outgoing connection, or unknown. */
export type Holder = "listener" | "connection" | "unknown";

/** The sockets of this machine or container on Linux: proc_pid_net(5). */
const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];
const LISTEN = "0A";
const ANY = ["0.0.0.0", "::"];

/**
 * Finds out what holds a port of an IP address and keeps other programs from listening there. "unknown" except on
 * Linux.
 */
export async function findHolder(address: string, port: number): Promise<Holder> {
  const tables = await Promise.all(TABLES.map((file) => readFile(file, "latin1").catch(() => "")));
  const sockets = tables.flatMap(parseTable).filter((row) => row.port === port && conflict(row.address, address));
  if (sockets.some(({ state }) => state === LISTEN)) return "listener";
  return sockets.length > 0 ? "connection" : "unknown";
}

/** Whether two sockets with the same port conflict. */
function conflict(one: string, other: string): boolean {
  return one === other || ANY.includes(one) || ANY.includes(other);
}

interface SocketRow {
  readonly address: string;
  readonly port: number;
  readonly state: string;
}

/** A row is `  0: 0100007F:C383 00000000:0000 0A …`: local address and port, remote ones, and state, all in hex. */
export function parseTable(table: string): SocketRow[] {
  return [...table.matchAll(/^ *\d+: ([\dA-F]+):([\dA-F]{4}) [\dA-F]+:[\dA-F]{4} ([\dA-F]{2}) /gm)].map(
    ([, address = "", port = "", state = ""]) => ({
      address: parseHex(address),
      port: Number.parseInt(port, 16),
      state,
    }),
  );
}

/** The kernel prints an address as 32-bit words in host byte order. The address itself has network byte order. */
function parseHex(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = Buffer.concat(words.map((word) => toBytes(Number.parseInt(word, 16))));
  const isMapped = bytes.length === 16 && bytes.subarray(0, 12).equals(MAPPED);
  if (bytes.length === 4 || isMapped) return bytes.subarray(-4).join(".");
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => bytes.readUInt16BE(at).toString(16));
  // The URL parser writes an IPv6 address in its shortest form, as Node.js does.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

const MAPPED = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

function toBytes(word: number): Buffer {
  return Buffer.from(Uint32Array.of(word).buffer);
}
