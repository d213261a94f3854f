import type { HttpProxy } from "./proxy.ts";

/** The server that the client tried to connect to, and how. */
export interface ConnectTarget {
  /** `HOST:PORT`. */
  readonly address: string;
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The proxy in front of the server, if there is one. */
  readonly proxy: HttpProxy | undefined;
}

/** Checks of the server and the proxy, for causes that gRPC's message does not name. */
export interface Probes {
  /** Whether the server speaks TLS. */
  speaksTls(): Promise<boolean>;
  /** Whether the server speaks HTTP/2 without TLS. */
  speaksPlainText(): Promise<boolean>;
  /** Whether the proxy listens. */
  proxyListens(): Promise<boolean>;
}

/** A cause: the message of gRPC, Node.js or OpenSSL, and the sentence for the user of the library. */
interface Cause {
  /** Matches the message. */
  readonly pattern: RegExp;
  /** A further condition. */
  readonly when?: (target: ConnectTarget, probes: Probes) => boolean | Promise<boolean>;
  /** Sentences that say what is wrong and what to do. Options stand in backticks. */
  readonly explain: (target: ConnectTarget, match: RegExpExecArray) => readonly string[];
}

const NO_CONNECTION = /^No connection established/;
/** grpc-js's message if a connection was closed before the HTTP/2 handshake, for any reason. */
const CLOSED =
  /Last error: (?:Error: )?(?:Failed to connect|Protocol error|read ECONNRESET|socket hang up|Client network socket)/;
const NO_TLS = /wrong version number|packet length too long|unsupported protocol|unexpected message|http request/i;
const UNTRUSTED =
  /self-signed certificate|unable to (?:verify|get)|certificate signature failure|unsuitable certificate|invalid CA/;

const isProxied = ({ proxy }: ConnectTarget) => proxy !== undefined;
const isPlain = ({ tls }: ConnectTarget) => !tls;
const isTls = ({ tls }: ConnectTarget) => tls;

/** From the most specific to the most general: the first match counts. */
const CAUSES: readonly Cause[] = [
  {
    pattern:
      /Last error: undefined|ECONNREFUSED|^Name resolution failed|E(?:HOST|NET)UNREACH|ETIMEDOUT|^The server did not/,
    when: async (target, probes) => isProxied(target) && !(await probes.proxyListens()),
    explain: ({ proxy, host }) => [
      `${named(proxy)} cannot be reached.`,
      `Correct ${proxy?.variable}, or set ${proxy?.exceptions}=${host} to connect without a proxy.`,
    ],
  },
  {
    pattern: /Last error: undefined|^The server did not/,
    when: isProxied,
    explain: ({ proxy, host, address }) => [
      `${named(proxy)} does not connect to ${address}.`,
      `Allow it there, or set ${proxy?.exceptions}=${host} to connect without a proxy.`,
    ],
  },
  {
    pattern: /^Name resolution failed|ENOTFOUND|EAI_AGAIN/,
    explain: ({ host }) => [
      `No address is known for the name ${host}.`,
      `Correct the name in \`address\`, or check that this machine is online.`,
    ],
  },
  {
    pattern: /ECONNREFUSED/,
    explain: ({ address }) => [
      `Nothing listens at ${address} (ECONNREFUSED).`,
      `Start an Obrolan server there, or name another one in \`address\`.`,
    ],
  },
  {
    pattern: /(E(?:HOST|NET)UNREACH|ENETDOWN|ETIMEDOUT|EADDRNOTAVAIL|EACCES|EPERM)/,
    explain: ({ address }, [, code]) => [
      `${address} cannot be reached from this machine (${code}).`,
      `Check the network and the firewall, or name another server in \`address\`.`,
    ],
  },
  {
    pattern: /does not match certificate's altnames: (.*?)(?:\. Resolution note|$)/s,
    explain: ({ address, host }, [, why]) => [
      `The certificate of ${address} is for another name than ${host} (${why}).`,
      `Name the server in \`address\` as its certificate does, or give it a certificate for ${host}.`,
    ],
  },
  {
    pattern: /certificate has expired/,
    explain: ({ address }) => [
      `The certificate of ${address} has expired.`,
      `Renew it on the server, or correct the clock of this machine.`,
    ],
  },
  {
    pattern: /certificate is not yet valid/,
    explain: ({ address }) => [
      `The certificate of ${address} is not valid yet.`,
      `Correct the clock of this machine, or the certificate.`,
    ],
  },
  {
    pattern: UNTRUSTED,
    explain: ({ address }) => [
      `The certificate of ${address} is not trusted: no authority that this client knows vouches for it.`,
      `If it is the right one, name it, or its authority's certificate, in \`ca\`.`,
    ],
  },
  {
    pattern: /certificate required|bad certificate|handshake failure/i,
    when: isTls,
    explain: ({ address }) => [
      `${address} refused the TLS handshake of this client.`,
      `It may require a certificate of its clients, or another version of TLS.`,
    ],
  },
  { pattern: NO_TLS, when: isTls, explain: withoutTls },
  {
    pattern: CLOSED,
    when: async (target, probes) => isTls(target) && !isProxied(target) && (await probes.speaksPlainText()),
    explain: withoutTls,
  },
  {
    pattern: CLOSED,
    when: async (target, probes) => isPlain(target) && !isProxied(target) && (await probes.speaksTls()),
    explain: ({ address }) => [
      `${address} speaks TLS, but this client connected without it.`,
      `Name the certificate to trust in \`ca\`, and leave \`insecure\` out.`,
    ],
  },
  {
    pattern: /^The server did not answer within (\d+) ms/,
    explain: ({ address }, [, ms]) => [
      `${address} did not answer within ${ms} ms.`,
      `Check that an Obrolan server runs there, or name another one in \`address\`.`,
    ],
  },
  {
    pattern: /Protocol error/,
    explain: ({ address }) => [
      `The server at ${address} does not speak gRPC.`,
      `Name the address of an Obrolan server in \`address\`.`,
    ],
  },
  {
    pattern: CLOSED,
    explain: ({ address }) => [
      `${address} closed the connection at once.`,
      `It may be starting or stopping. If it is not an Obrolan server, name another one in \`address\`.`,
    ],
  },
  {
    pattern: /HTTP status code:? (\d+)/i,
    explain: ({ address }, [, status]) => [
      `The server at ${address} answered with HTTP status ${status} in place of gRPC.`,
      `Name the address of an Obrolan server in \`address\`, or check the proxy in front of it.`,
    ],
  },
  {
    pattern: NO_CONNECTION,
    explain: ({ address }, { input }) => [
      `${address} was not reached: ${lastError(input)}.`,
      `Check that an Obrolan server runs there, or name another one in \`address\`.`,
    ],
  },
];

/** Explains gRPC's message for a server that was not reached. Undefined: the message has another cause. */
export async function whyUnreached(
  message: string,
  target: ConnectTarget,
  probes: Probes,
): Promise<string | undefined> {
  for (const { pattern, when, explain } of CAUSES) {
    const match = pattern.exec(message);
    if (match !== null && (await (when?.(target, probes) ?? true))) return explain(target, match).join(" ");
  }
  return undefined;
}

function withoutTls({ address }: ConnectTarget): string[] {
  return [
    `${address} does not speak TLS.`,
    `To connect without TLS, which sends passwords unencrypted, give \`insecure: true\` and no \`ca\`.`,
  ];
}

/** The sentence for an answer that no Obrolan server gives. */
export function notObrolan({ address }: ConnectTarget): string {
  return `The server at ${address} speaks gRPC, but is not an Obrolan server. Name another one in \`address\`.`;
}

/** The last error in gRPC's message, which also lists all addresses that it tried. */
function lastError(message: string): string {
  const last = /Last error: (?:Error: )?(.*?)\.? ?Resolution note/s.exec(message)?.[1] ?? message;
  return last.replace(/\s+/g, " ").replace(/\.$/, "");
}

function named(proxy: HttpProxy | undefined): string {
  return `The proxy ${proxy?.host}:${proxy?.port}, which the environment variable ${proxy?.variable} names,`;
}
