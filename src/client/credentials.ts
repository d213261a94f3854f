import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { ChannelCredentials, type ChannelOptions } from "nice-grpc";
import { invalid } from "./check.ts";

/** The credentials of a channel, and the channel options that belong to them. */
export interface Security {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

/** A channel without TLS. */
export function plainText(): Security {
  return { credentials: ChannelCredentials.createInsecure(), options: {} };
}

/**
 * A channel with TLS to `host`. `ca`: the certificates (PEM) to trust; default: the certificates that Node.js trusts.
 * Throws a `ChatError` if `ca` has no certificate, or a damaged one.
 */
export function overTls(host: string, ca: Uint8Array | undefined): Security {
  const roots = ca === undefined ? null : checkedRoots(Buffer.from(ca));
  const address = host.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) === 0) return { credentials: createSsl(roots), options: {} };
  // A server name must not be an IP address (RFC 6066). gRPC would send one, and Node.js would warn. So another name is
  // sent, and the certificate is checked against the address.
  const credentials = createSsl(roots, (_name, certificate) => checkServerIdentity(address, certificate));
  return { credentials, options: { "grpc.ssl_target_name_override": "obrolan" } };
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----.*?-----END (?:TRUSTED )?CERTIFICATE-----/gs;

/** Without a certificate in `pem`, Node.js would silently trust no server at all. */
function checkedRoots(pem: Buffer): Buffer {
  const problem = problemOf(pem);
  if (problem !== undefined) throw invalid(`\`ca\` cannot be used: ${problem}.`);
  return pem;
}

function problemOf(pem: Buffer): string | undefined {
  const certificates = pem.toString("latin1").match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    return "there is no certificate in it; PEM is wanted, which begins with -----BEGIN CERTIFICATE-----";
  }
  const damaged = certificates.findIndex((certificate) => !isCertificate(certificate));
  return damaged < 0 ? undefined : `certificate ${damaged + 1} in it is damaged`;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

const ROOTS_FILE = "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH";

function createSsl(roots: Buffer | null, check?: typeof checkServerIdentity): ChannelCredentials {
  const file = process.env[ROOTS_FILE];
  // grpc-js reads its roots from this file, does not check them, and throws any error of the file system.
  if (roots === null && file) checkRootsFile(file);
  return ChannelCredentials.createSsl(roots, null, null, check && { checkServerIdentity: check });
}

function checkRootsFile(file: string): void {
  const remedy = "Correct it, unset it, or name the certificates in `ca`.";
  let problem: string | undefined;
  let cause: unknown;
  try {
    problem = problemOf(readFileSync(file));
  } catch (error) {
    cause = error;
    problem = (error as Error).message;
  }
  if (problem === undefined) return;
  throw invalid(
    `The environment variable ${ROOTS_FILE} names ${file}, which cannot be used: ${problem}. ${remedy}`,
    cause,
  );
}
