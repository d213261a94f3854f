/** The address of a NATS server. */
export interface Address {
  /** `host:port`. */
  readonly server: string;
  /** The host without the port, and without the brackets of an IPv6 address. */
  readonly host: string;
  /** Whether TLS is required. If not, the server decides. */
  readonly tls: boolean;
  readonly credentials: { readonly user: string; readonly pass: string } | { readonly token: string } | undefined;
}

const DEFAULT_PORT = "4222";
const EXAMPLE = "nats://user:password@host:4222";
const ESCAPE = "each character of a user, password or token that is not a letter or digit as %XX";

/**
 * Parses comma-separated addresses, as NATS clients accept them: `nats://` (the default) or `tls://`, then optionally
 * `user:password@` or `token@`, the host, and optionally a port (default 4222). Each address has its own credentials.
 * Throws an error for the operator, without any part that may be a password.
 */
export function parseAddresses(url: string): Address[] {
  const parts = url.split(",");
  return parts.map((part, i) => {
    const which = parts.length === 1 ? "The NATS address" : `NATS address ${i + 1} of ${parts.length}`;
    return parseAddress(part.trim(), which);
  });
}

function parseAddress(text: string, which: string): Address {
  const url = URL.parse(text.includes("://") ? text : `nats://${text}`);
  // The text is not shown, because it may contain a password: an unescaped comma or slash in a password makes the
  // address invalid.
  if (url === null || url.hostname === "") {
    throw new Error(`${which} cannot be read: write it as ${EXAMPLE}, and ${ESCAPE}.`);
  }
  // The text is not shown here either: if a password has a /, the part before the / may be parsed as host and port.
  if ((url.pathname !== "" && url.pathname !== "/") || url.search !== "" || url.hash !== "") {
    throw new Error(`${which} has more after its host and port: write it as ${EXAMPLE}, and ${ESCAPE}.`);
  }
  const server = `${url.hostname}:${url.port || DEFAULT_PORT}`;
  if (url.protocol !== "nats:" && url.protocol !== "tls:") {
    throw new Error(`${which} (${server}) begins with ${url.protocol}//: write nats:// or tls://.`);
  }
  return {
    server,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    tls: url.protocol === "tls:",
    credentials: credentialsOf(url, `${which} (${server})`),
  };
}

function credentialsOf({ username, password }: URL, which: string): Address["credentials"] {
  if (username === "" && password === "") return undefined;
  if (username === "") throw new Error(`${which} has a password but no user: write it as ${EXAMPLE}.`);
  try {
    const user = decodeURIComponent(username);
    return password === "" ? { token: user } : { user, pass: decodeURIComponent(password) };
  } catch {
    // Without the cause, which may quote the password.
    throw new Error(`${which} has a % in its user, password or token that does not begin a %XX: write %25 for it.`);
  }
}
