const SIGNATURE = "0d0a0d0a000d0a515549540a";

/** The header that a proxy sends for a connection from an IPv4 address. */
export function fromV4(address: string): Buffer {
  const addresses = Buffer.from([...address.split(".").map(Number), 10, 0, 0, 1, 0x12, 0x34, 0xc3, 0x83]);
  return Buffer.concat([Buffer.from(`${SIGNATURE}2111000c`, "hex"), addresses]);
}

/** The same for an IPv6 address, given as 32 hexadecimal digits, with an extension that a proxy may add. */
export function fromV6(digits: string): Buffer {
  return Buffer.from(`${SIGNATURE}21210028${digits}${"0".repeat(32)}1234c38304000100`, "hex");
}

/** The header of a connection of the proxy itself. */
export const LOCAL = Buffer.from(`${SIGNATURE}20000000`, "hex");

/** Malformed headers with a correct beginning. */
export const MALFORMED = {
  "another version": Buffer.from(`${SIGNATURE}31110000`, "hex"),
  "an unknown command": Buffer.from(`${SIGNATURE}22110000`, "hex"),
  "an IPv4 address that is cut short": Buffer.from(`${SIGNATURE}2111000401020304`, "hex"),
  "an IPv6 address that is cut short": Buffer.from(`${SIGNATURE}2121000401020304`, "hex"),
  "a length of 65,535 bytes": Buffer.from(`${SIGNATURE}2111ffff`, "hex"),
};
