import { readFile } from "node:fs/promises";

/** What holds a port: a program that listens, a connection that some program has made from it, or one cannot tell. */
export type Holder = "listener" | "connection" | "unknown";

/** Linux lists its sockets here: proc_pid_net(5). Those of this container, if the process runs in one. */
const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];
const LISTEN = "0A";
const ANY = ["0.0.0.0", "::"];

/** Finds out what holds a port of an IP address, so that nobody else can listen there. On Linux only; elsewhere it is unknown. */
export async function findHolder(address: string, port: number): Promise<Holder> {
  const tables = await Promise.all(TABLES.map((file) => readFile(file, "latin1").catch(() => "")));
  const states = tables.flatMap(parseTable).filter((row) => row.port === port && overlap(row.address, address));
  if (states.some(({ state }) => state === LISTEN)) return "listener";
  return states.length > 0 ? "connection" : "unknown";
}

/** Whether two sockets of one port are in each other's way. */
function overlap(one: string, other: string): boolean {
  return one === other || ANY.includes(one) || ANY.includes(other);
}

interface Row {
  readonly address: string;
  readonly port: number;
  readonly state: string;
}

/** `  0: 0100007F:C383 00000000:0000 0A …`: the local address and port, the remote ones, the state, in hexadecimal. */
export function parseTable(table: string): Row[] {
  return [...table.matchAll(/^ *\d+: ([\dA-F]+):([\dA-F]{4}) [\dA-F]+:[\dA-F]{4} ([\dA-F]{2}) /gm)].map(
    ([, address = "", port = "", state = ""]) => ({
      address: parseHex(address),
      port: Number.parseInt(port, 16),
      state,
    }),
  );
}

/** The kernel prints 32-bit words as this machine stores them; an address has its bytes in the order of the network. */
function parseHex(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = Buffer.concat(words.map((word) => toBytes(Number.parseInt(word, 16))));
  const isMapped = bytes.length === 16 && bytes.subarray(0, 12).equals(MAPPED);
  if (bytes.length === 4 || isMapped) return bytes.subarray(-4).join(".");
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => bytes.readUInt16BE(at).toString(16));
  // The URL parser writes an IPv6 address in its shortest form, as Node does.
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

const MAPPED = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

function toBytes(word: number): Buffer {
  return Buffer.from(Uint32Array.of(word).buffer);
}
