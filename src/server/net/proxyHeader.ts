/** What the beginning of a connection was found to be. */
export type ConnectionStart =
  /** Too short to tell. */
  | { readonly kind: "unfinished" }
  /** No header: whoever connects speaks for themselves. */
  | { readonly kind: "none" }
  /** A header that is none of these. */
  | { readonly kind: "malformed" }
  /** A header of so many bytes. Without `address`: the proxy itself connects, to ask for the health, or knows no address to tell. */
  | { readonly kind: "header"; readonly length: number; readonly address: string | undefined };

/** https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, section 2.2 */
const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const FIXED = 16;
/** Addresses take 36 bytes; what a proxy adds may take more, but not that much. */
const LONGEST = 4_096;

/** What an IPv4 address begins with where IPv6 has taken it in. */
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

const VERSION_2 = 2;
const PROXY = 1;
const LOCAL = 0;
const INET = 1;
const INET6 = 2;

/**
 * Reads the header of the PROXY protocol, version 2, with which a proxy says whose connection it passes on. HTTP/2 begins with another
 * byte, and so does TLS, so that a connection without a header cannot be mistaken.
 */
export function parseConnectionStart(bytes: Buffer): ConnectionStart {
  const signed = Math.min(bytes.length, SIGNATURE.length);
  if (SIGNATURE.compare(bytes, 0, signed, 0, signed) !== 0) return { kind: "none" };
  if (bytes.length < FIXED) return { kind: "unfinished" };
  const [version, command] = nibbles(bytes.readUInt8(12));
  const [family] = nibbles(bytes.readUInt8(13));
  const length = FIXED + bytes.readUInt16BE(14);
  if (version !== VERSION_2 || (command !== PROXY && command !== LOCAL) || length > LONGEST)
    return { kind: "malformed" };
  if (bytes.length < length) return { kind: "unfinished" };
  const body = bytes.subarray(FIXED, length);
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
