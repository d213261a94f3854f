import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { ChannelCredentials, type ChannelOptions } from "nice-grpc";

/** How a channel is secured: its credentials, and the channel options that belong to them. */
export interface Security {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

/** Without TLS. */
export function plainText(): Security {
  return { credentials: ChannelCredentials.createInsecure(), options: {} };
}

/** With TLS, to a server at `host` whose certificate one of `ca` (PEM) vouches for. Default: those that Node trusts. */
export function overTls(host: string, ca: Uint8Array | undefined): Security {
  const roots = ca === undefined ? null : Buffer.from(ca);
  const address = host.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) === 0) return { credentials: ChannelCredentials.createSsl(roots), options: {} };
  // An address must not be sent as a server's name (RFC 6066), and Node warns of it; gRPC would. So another name is sent, and the
  // certificate is held against the address all the same.
  const credentials = ChannelCredentials.createSsl(roots, null, null, {
    checkServerIdentity: (_name, certificate) => checkServerIdentity(address, certificate),
  });
  return { credentials, options: { "grpc.ssl_target_name_override": "obrolan" } };
}
