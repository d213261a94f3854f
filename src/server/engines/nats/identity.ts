import { type Authenticator, credsAuthenticator, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { Address } from "./addresses.ts";

/** As whom a node comes to NATS, and whom it trusts there, beside what the addresses say. What is undefined is not used. */
export interface Identity {
  /** What a .creds file has: a JWT and the NKey seed that belongs to it. In place of what the addresses have. */
  readonly creds?: string | undefined;
  /** PEM: the authorities whose certificates NATS may show; without them those that Node trusts. */
  readonly ca?: string | undefined;
  /** PEM: what NATS is shown, and the key of it. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** As `nsc` writes them (https://docs.nats.io/using-nats/developer/connecting/creds). */
const CREDS = /-{3,}.*JWT.*-{3,}\s+\S+\s+-{3,}.*-{3,}.*SEED.*-{3,}\s+SU\S+\s+-{3,}/s;

/** Throws an error for people where an identity cannot be used with these addresses; it has no secret in it. */
export function checkIdentity({ creds }: Identity, addresses: readonly Address[]): void {
  if (creds === undefined) return;
  if (!CREDS.test(creds)) {
    throw new Error(
      "--nats-creds: the file has no NATS credentials. They are what `nsc generate creds` writes: a user's JWT and NKey seed, each between lines of dashes.",
    );
  }
  const own = addresses.find(({ credentials }) => credentials !== undefined);
  if (own !== undefined) {
    throw new Error(
      `--nats-creds is set, and the NATS address of ${own.server} has a user or token of its own: take one of them out.`,
    );
  }
}

/** What nats.js wants to be told of it for one address. TLS is insisted on where there is anything of it. */
export function optionsOf({ creds, ca, cert, key }: Identity, address: Address): Partial<NodeConnectionOptions> {
  const wantsTls = address.tls || ca !== undefined || cert !== undefined;
  // The host: Node otherwise expects the certificate of an address without a name to be for "localhost".
  const tls = { host: address.host, ...(ca === undefined ? {} : { ca }), ...(cert && key ? { cert, key } : {}) };
  return {
    ...(creds === undefined ? address.credentials : { authenticator: authenticatorFor(creds) }),
    ...(wantsTls ? { tls: tls as NodeConnectionOptions["tls"] & object } : {}),
  };
}

function authenticatorFor(creds: string): Authenticator {
  // nats.js takes the lines for ending with \n alone.
  return credsAuthenticator(new TextEncoder().encode(creds.replaceAll("\r\n", "\n")));
}
