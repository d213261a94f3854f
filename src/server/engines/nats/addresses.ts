/** Where a NATS server is, and how to talk to it. */
export interface Address {
  /** `host:port`. */
  readonly server: string;
  /** Without the port, and without the brackets of an IPv6 address. */
  readonly host: string;
  /** Whether to talk TLS or not at all. Else as the server wants it. */
  readonly tls: boolean;
  readonly credentials: { readonly user: string; readonly pass: string } | { readonly token: string } | undefined;
}

const DEFAULT_PORT = "4222";
const EXAMPLE = "nats://user:password@host:4222";
const ESCAPE = "what is no letter or digit in a user, password or token as %XX";

/**
 * Reads one address or several with commas between them, as NATS clients take them: `nats://` or `tls://` (`nats://` where there is
 * none of these), then `user:password@` or `token@` where it is wanted, the host, and the port where it is not 4222. Each has its own
 * credentials. Throws an error for people, which has nothing in it that may be a password.
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
  // Its text is not shown: a password with a comma or a slash that is not escaped makes an address invalid, and stands in it.
  if (url === null || url.hostname === "") {
    throw new Error(`${which} cannot be read: write it as ${EXAMPLE}, and ${ESCAPE}.`);
  }
  // Here too: with a / in a password what stands before it may be taken for host and port.
  if ((url.pathname !== "" && url.pathname !== "/") || url.search !== "" || url.hash !== "") {
    throw new Error(`${which} has more behind its host and port: write it as ${EXAMPLE}, and ${ESCAPE}.`);
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
    // The cause is left out: it may tell the password.
    throw new Error(`${which} has a % in its user, password or token that does not begin a %XX: write %25 for it.`);
  }
}
