/** A host and a port. */
export interface Address {
  /** A name or an IP address. An IPv6 address has no brackets here. */
  readonly host: string;
  readonly port: number;
}

/** Parses `HOST:PORT`; an IPv6 address must be in brackets. Returns undefined if the text has another form. */
export function parseAddress(text: string): Address | undefined {
  const [, ipv6, name, digits] = /^(?:\[([\da-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** Formats an address as `HOST:PORT`, the inverse of `parseAddress`. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach a host. An IPv6 address has no brackets. */
export function isLoopback(host: string): boolean {
  return /^(localhost|::1|127(\.\d{1,3}){3})$/i.test(host);
}
