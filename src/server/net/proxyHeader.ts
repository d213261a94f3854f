/** What the first bytes of a connection are. */
export type ConnectionStart =
  /** Too few bytes to decide. */
  | { readonly kind: "unfinished" }
  /** No header. The peer is the client. */
  | { readonly kind: "none" }
  /** A header that cannot be used. */
  | { readonly kind: "malformed" }
  /**
   * A header of `length` bytes. Without `address`, the proxy itself is the client, for example for a health check, or
   * it does not know the client's address.
   */
  | { readonly kind: "header"; readonly length: number; readonly address: string | undefined };

/** https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, section 2.2 */
const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const FIXED_BYTES = 16;
/** IP addresses take at most 36 bytes. The rest is for the extensions that a proxy may add. */
const MAX_BYTES = 4_096;

/** The prefix of an IPv4 address that is written as an IPv6 address. */
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

const VERSION_2 = 2;
const PROXY = 1;
const LOCAL = 0;
const INET = 1;
const INET6 = 2;

/**
 * Parses the header of the PROXY protocol, version 2, in which a proxy states the client's address. HTTP/2 and TLS
 * begin with other bytes, so the parser can tell a connection without a header.
 */
export function parseConnectionStart(bytes: Buffer): ConnectionStart {
  const signed = Math.min(bytes.length, SIGNATURE.length);
  if (SIGNATURE.compare(bytes, 0, signed, 0, signed) !== 0) return { kind: "none" };
  if (bytes.length < FIXED_BYTES) return { kind: "unfinished" };
  const [version, command] = nibbles(bytes.readUInt8(12));
  const [family] = nibbles(bytes.readUInt8(13));
  const length = FIXED_BYTES + bytes.readUInt16BE(14);
  if (version !== VERSION_2 || (command !== PROXY && command !== LOCAL) || length > MAX_BYTES)
    return { kind: "malformed" };
  if (bytes.length < length) return { kind: "unfinished" };
  const body = bytes.subarray(FIXED_BYTES, length);
  if (command === LOCAL) return { kind: "header", length, address: undefined };
  if (family === INET)
    return body.length < 12 ? { kind: "malformed" } : { kind: "header", length, address: ipv4(body) };
  if (family === INET6)
    return body.length < 36 ? { kind: "malformed" } : { kind: "header", length, address: ipv6(body) };
  return { kind: "header", length, address: undefined };
}

function nibbles(byte: number): [number, number] {
  return [byte >> 4, byte & 15];
}

function ipv4(body: Buffer): string {
  return [...body.subarray(0, 4)].join(".");
}

function ipv6(body: Buffer): string {
  if (MAPPED.equals(body.subarray(0, MAPPED.length))) return ipv4(body.subarray(MAPPED.length));
  return Array.from({ length: 8 }, (_, i) => body.readUInt16BE(2 * i).toString(16)).join(":");
}
