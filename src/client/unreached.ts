import type { HttpProxy } from "./proxy.ts";

/** Where it was tried to connect to, and how. */
export interface Attempt {
  /** `HOST:PORT`. */
  readonly address: string;
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The proxy between, if there is one. */
  readonly proxy: HttpProxy | undefined;
}

/** What can be found out by looking, if gRPC's words do not tell. */
export interface Look {
  /** Whether the server speaks TLS. */
  speaksTls(): Promise<boolean>;
  /** Whether the server speaks HTTP/2 without TLS. */
  speaksPlainText(): Promise<boolean>;
  /** Whether the proxy is there. */
  proxyListens(): Promise<boolean>;
}

/** A cause, how gRPC, Node or OpenSSL word it, and the sentence for whoever uses the library: what is wrong, and what to do. */
interface Row {
  readonly words: RegExp;
  /** What must hold besides. */
  readonly when?: (attempt: Attempt, look: Look) => boolean | Promise<boolean>;
  readonly sentence: (attempt: Attempt, words: RegExpExecArray) => string;
}

const NO_CONNECTION = /^No connection established/;
/** What grpc-js says if a connection was closed before HTTP/2 was agreed, for whatever reason. */
const CLOSED =
  /Last error: (?:Error: )?(?:Failed to connect|Protocol error|read ECONNRESET|socket hang up|Client network socket)/;
const NO_TLS = /wrong version number|packet length too long|unsupported protocol|unexpected message|http request/i;

const isProxied = ({ proxy }: Attempt) => proxy !== undefined;
const isPlain = ({ tls }: Attempt) => !tls;
const isTls = ({ tls }: Attempt) => tls;

/** From the most particular to the most general; the first that fits is taken. Options stand in backticks. */
const ROWS: readonly Row[] = [
  {
    words:
      /Last error: undefined|ECONNREFUSED|^Name resolution failed|E(?:HOST|NET)UNREACH|ETIMEDOUT|^The server did not/,
    when: async (attempt, look) => isProxied(attempt) && !(await look.proxyListens()),
    sentence: ({ proxy, host }) =>
      `The proxy ${proxy?.host}:${proxy?.port}, which the environment variable ${proxy?.variable} names, is not reached. Correct ${proxy?.variable}, or set ${proxy?.exceptions}=${host} to connect without a proxy.`,
  },
  {
    words: /Last error: undefined|^The server did not/,
    when: isProxied,
    sentence: ({ proxy, host, address }) =>
      `The proxy ${proxy?.host}:${proxy?.port}, which the environment variable ${proxy?.variable} names, does not connect to ${address}. Allow it there, or set ${proxy?.exceptions}=${host} to connect without a proxy.`,
  },
  {
    words: /^Name resolution failed|ENOTFOUND|EAI_AGAIN/,
    sentence: ({ host }) =>
      `No address is known for the name ${host}. Correct the name in \`address\`, or look whether this machine is online.`,
  },
  {
    words: /ECONNREFUSED/,
    sentence: ({ address }) =>
      `Nothing listens at ${address} (ECONNREFUSED). Start an Obrolan server there, or name another one in \`address\`.`,
  },
  {
    words: /(E(?:HOST|NET)UNREACH|ENETDOWN|ETIMEDOUT|EADDRNOTAVAIL|EACCES|EPERM)/,
    sentence: ({ address }, [, code]) =>
      `${address} cannot be reached from this machine (${code}). Look at the network and the firewall, or name another server in \`address\`.`,
  },
  {
    words: /does not match certificate's altnames: (.*?)(?:\. Resolution note|$)/s,
    sentence: ({ address, host }, [, why]) =>
      `The certificate of ${address} is for another name than ${host} (${why}). Name the server in \`address\` as its certificate does, or give it a certificate for ${host}.`,
  },
  {
    words: /certificate has expired/,
    sentence: ({ address }) =>
      `The certificate of ${address} has expired. Renew it on the server, or correct the clock of this machine.`,
  },
  {
    words: /certificate is not yet valid/,
    sentence: ({ address }) =>
      `The certificate of ${address} is not valid yet. Correct the clock of this machine, or the certificate.`,
  },
  {
    words:
      /self-signed certificate|unable to (?:verify|get)|certificate signature failure|unsuitable certificate|invalid CA/,
    sentence: ({ address }) =>
      `The certificate of ${address} is not trusted: no authority that this client knows vouches for it. If it is the right one, name it, or its authority's certificate, in \`ca\`.`,
  },
  {
    words: /certificate required|bad certificate|handshake failure/i,
    when: isTls,
    sentence: ({ address }) =>
      `${address} does not agree to TLS with this client. It may want a certificate from its clients, or another version of TLS.`,
  },
  { words: NO_TLS, when: isTls, sentence: withoutTls },
  {
    words: CLOSED,
    when: async (attempt, look) => isTls(attempt) && !isProxied(attempt) && (await look.speaksPlainText()),
    sentence: withoutTls,
  },
  {
    words: CLOSED,
    when: async (attempt, look) => isPlain(attempt) && !isProxied(attempt) && (await look.speaksTls()),
    sentence: ({ address }) =>
      `${address} speaks TLS, and this client was to talk without. Name the certificate to trust in \`ca\`, and leave \`insecure\` out.`,
  },
  {
    words: /^The server did not answer within (\d+) ms/,
    sentence: ({ address }, [, ms]) =>
      `${address} did not answer within ${ms} ms. Look whether an Obrolan server runs there, or name another one in \`address\`.`,
  },
  {
    words: /Protocol error/,
    sentence: ({ address }) =>
      `What listens at ${address} does not speak gRPC. Name the address of an Obrolan server in \`address\`.`,
  },
  {
    words: CLOSED,
    sentence: ({ address }) =>
      `${address} closed the connection at once. It may be starting or stopping, or be no Obrolan server: then name another one in \`address\`.`,
  },
  {
    words: /HTTP status code:? (\d+)/i,
    sentence: ({ address }, [, status]) =>
      `What listens at ${address} answered with HTTP status ${status} in place of gRPC. Name the address of an Obrolan server in \`address\`, or look at the proxy in front of it.`,
  },
  {
    words: NO_CONNECTION,
    sentence: ({ address }, { input }) =>
      `${address} was not reached: ${lastError(input)}. Look whether an Obrolan server runs there, or name another one in \`address\`.`,
  },
];

/**
 * The sentence for a call that failed before an Obrolan server answered, from gRPC's own words. Undefined: that was not the cause.
 */
export async function whyUnreached(words: string, attempt: Attempt, look: Look): Promise<string | undefined> {
  for (const row of ROWS) {
    const found = row.words.exec(words);
    if (found !== null && (await (row.when?.(attempt, look) ?? true))) return row.sentence(attempt, found);
  }
  return undefined;
}

function withoutTls({ address }: Attempt): string {
  return `${address} does not speak TLS. To talk to it without, passwords too, give \`insecure: true\` and no \`ca\`.`;
}

/** The sentence for an answer that no Obrolan server would give. */
export function notObrolan({ address }: Attempt): string {
  return `What listens at ${address} speaks gRPC, and is not an Obrolan server. Name another address in \`address\`.`;
}

/** gRPC tells at length what it tried to connect to; what failed last is what helps. */
function lastError(words: string): string {
  const last = /Last error: (?:Error: )?(.*?)\.? ?Resolution note/s.exec(words)?.[1] ?? words;
  return last.replace(/\s+/g, " ").replace(/\.$/, "");
}
