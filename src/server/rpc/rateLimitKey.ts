import { isIPv4, isIPv6 } from "node:net";

const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * What of a peer's address tells one caller from another: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever
 * has one of those has all of them.
 */
export function callerOf(peer: string): string {
  const host = peer.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
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
