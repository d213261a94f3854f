import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { createServer, isIP } from "node:net";
import { parseAddress } from "../../shared/address.ts";
import { retry } from "../common/retry.ts";
import { findHolder, type Holder } from "./portHolder.ts";

/** How long to wait for an address that is not available yet. */
const TIMEOUT_MS = 10_000;
const PAUSE_MS = 250;

/** An address to listen on, and the setting that names it. */
export interface Listen {
  /** `HOST:PORT` */
  readonly address: string;
  readonly setting: "--listen" | "--metrics-listen";
}

/** How to wait for an address. */
export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Called once, with a sentence, when the wait begins. */
  readonly report: (sentence: string) => void;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Waits until a server can listen on an address. Some causes pass within seconds: an outgoing connection holds the
 * port, the machine has just started and does not have the address yet, or the name server does not answer. Throws an
 * `Error` with the remedy after the timeout, or at once if a wait would not help. Throws the reason of `signal` if that
 * is aborted.
 */
export async function untilAvailable(listen: Listen, options: WaitOptions): Promise<void> {
  const { signal, report, timeoutMs = TIMEOUT_MS } = options;
  try {
    await retry(() => tryListen(listen), {
      timeoutMs,
      pauseMs: PAUSE_MS,
      mayPass: (error) => error instanceof Unavailable && error.mayPass,
      onFirstFailure: (error) => report(`${(error as Unavailable).why}. Trying again for up to ${timeoutMs / 1_000} s`),
      signal,
    });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const { why, advice, mayPass, cause } = error;
    throw new Error(`${why}${mayPass ? `, also after ${timeoutMs / 1_000} s` : ""}. ${advice}`, { cause });
  }
}

/** Listens on an address for a moment. Throws an `Unavailable` if that is not possible. */
async function tryListen(listen: Listen): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  const address = parseAddress(listen.address);
  try {
    // Bun's `listen` says no more of a name that it cannot resolve than that it failed.
    if (address !== undefined && isIP(address.host) === 0) await lookup(address.host);
    server.listen(address);
    await once(server, "listening");
  } catch (error) {
    const { why, advice, mayPass } = await explain(listen, error as ListenError);
    throw new Unavailable({ why: `Cannot listen on ${listen.address}: ${why}`, advice, mayPass }, error);
  }
  server.close();
  await once(server, "close");
}

/** Why an address is not available. */
class Unavailable extends Error {
  readonly why: string;
  readonly advice: string;
  readonly mayPass: boolean;

  constructor({ why, advice, mayPass }: Explanation, cause: unknown) {
    super(why, { cause });
    this.why = why;
    this.advice = advice;
    this.mayPass = mayPass;
  }
}

/** The properties that Node.js adds to an error of `listen`. */
interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

interface Explanation {
  /** The rest of the sentence "Cannot listen on ADDRESS: …", without a full stop. */
  readonly why: string;
  /** Sentences that say what to do. */
  readonly advice: string;
  /** Whether a later attempt may succeed. */
  readonly mayPass: boolean;
}

async function explain({ address, setting }: Listen, error: ListenError): Promise<Explanation> {
  const { host: wantedHost = "", port: wantedPort = 0 } = parseAddress(address) ?? {};
  const { address: host = wantedHost, port = wantedPort } = error;
  const advice = `Take another address with ${setting}.`;
  switch (error.code) {
    case "EADDRINUSE":
      return explainInUse(await findHolder(host, port), port, setting);
    case "EADDRNOTAVAIL": {
      const orNoIpv6 = host.includes(":") ? ", or IPv6 is switched off" : "";
      return { why: `this machine does not have the address ${host}${orNoIpv6}`, advice, mayPass: true };
    }
    case "EAFNOSUPPORT":
      return { why: "this machine has no IPv6", advice, mayPass: false };
    case "EACCES": {
      const or = "or give the program the capability CAP_NET_BIND_SERVICE.";
      const advice = `Take a port from 1024 on with ${setting}, ${or}`;
      return { why: `the user that runs this program may not use port ${port}`, advice, mayPass: false };
    }
    case "EAI_AGAIN":
      return { why: `the name server does not answer for ${wantedHost}`, advice, mayPass: true };
    case "ENOTFOUND":
      return { why: `the name ${wantedHost} is not known`, advice, mayPass: false };
    default:
      return { why: error.message, advice, mayPass: false };
  }
}

function explainInUse(holder: Holder, port: number, setting: string): Explanation {
  if (holder === "listener") {
    const advice = `Stop that program, or take another address with ${setting}.`;
    return { why: "another program listens there", advice, mayPass: false };
  }
  const reserve = `sysctl -w net.ipv4.ip_local_reserved_ports=${port}`;
  const advice =
    `Start again later, or take another port with ${setting}. ` +
    `On Linux this keeps the port free from then on: ${reserve}`;
  const why =
    holder === "connection"
      ? "the port belongs to an outgoing connection of this machine, and no program listens there"
      : "another program has the port, to listen or for an outgoing connection";
  return { why, advice, mayPass: true };
}
