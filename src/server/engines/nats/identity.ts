import { type Authenticator, credsAuthenticator, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { Address } from "./addresses.ts";

/** How a node authenticates to NATS, besides the credentials in the addresses, and which authorities it trusts. */
export interface Identity {
  /** The text of a .creds file: a JWT and its NKey seed. Not allowed together with credentials in the addresses. */
  readonly creds?: string | undefined;
  /** PEM: the trusted certificate authorities. Default: those of Node. */
  readonly ca?: string | undefined;
  /** PEM: the client certificate and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** The format that `nsc` writes (https://docs.nats.io/using-nats/developer/connecting/creds). */
const CREDS = /-{3,}.*JWT.*-{3,}\s+\S+\s+-{3,}.*-{3,}.*SEED.*-{3,}\s+SU\S+\s+-{3,}/s;

/** Throws an error for the operator, without a secret, if an identity cannot be used with these addresses. */
export function checkIdentity({ creds }: Identity, addresses: readonly Address[]): void {
  if (creds === undefined) return;
  if (!CREDS.test(creds)) {
    throw new Error(
      "--nats-creds: the file has no NATS credentials. They are what `nsc generate creds` writes: " +
        "a user's JWT and NKey seed, each between lines of dashes.",
    );
  }
  const withCredentials = addresses.find(({ credentials }) => credentials !== undefined);
  if (withCredentials !== undefined) {
    throw new Error(
      `--nats-creds is set, and the NATS address of ${withCredentials.server} has a user or token of its own: ` +
        "take one of them out.",
    );
  }
}

/** The options of nats.js for one address. TLS is required if any TLS setting is present. */
export function optionsOf({ creds, ca, cert, key }: Identity, address: Address): Partial<NodeConnectionOptions> {
  const wantsTls = address.tls || ca !== undefined || cert !== undefined;
  // Without the host, Node would expect the certificate of an IP address to be for "localhost".
  const tls = { host: address.host, ...(ca === undefined ? {} : { ca }), ...(cert && key ? { cert, key } : {}) };
  return {
    ...(creds === undefined ? address.credentials : { authenticator: authenticatorFor(creds) }),
    ...(wantsTls ? { tls: tls as NodeConnectionOptions["tls"] & object } : {}),
  };
}

function authenticatorFor(creds: string): Authenticator {
  // nats.js does not accept \r\n.
  return credsAuthenticator(new TextEncoder().encode(creds.replaceAll("\r\n", "\n")));
}
