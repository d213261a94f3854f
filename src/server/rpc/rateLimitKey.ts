import { isIPv4, isIPv6 } from "node:net";

const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * The key by which sign-ins of one client are throttled: its IPv4 address, or the /64 prefix of its IPv6 address,
 * because a client can usually use all addresses of its /64. `address`: `ADDRESS:PORT`; an IPv6 address may be in
 * brackets.
 */
export function rateLimitKey(address: string): string {
  const host = address.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  const v4 = MAPPED_V4.exec(host)?.[1] ?? host;
  if (isIPv4(v4)) return v4;
  return isIPv6(host) ? prefixOf(host) : host;
}

function prefixOf(host: string): string {
  const [head = "", tail] = host.replace(/%.*$/, "").split("::");
  const before = head.split(":").filter((group) => group !== "");
  const after = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.slice(0, 4).join(":")}::/64`;
}
