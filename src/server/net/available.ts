import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAddress } from "../../config/index.ts";
import { findHolder, type Holder } from "./portHolder.ts";

/** How long an address that is not free yet is waited for, in milliseconds. */
export const PATIENCE_MS = 10_000;
/** Between two attempts, in milliseconds. */
const PAUSE_MS = 250;

/** An address to listen on, and the setting that names it. */
export interface Listen {
  /** `HOST:PORT` */
  readonly address: string;
  readonly setting: "--listen" | "--metrics-listen";
}

/** How to wait for an address. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** Told once, when the wait begins: a sentence. */
  readonly report: (sentence: string) => void;
  /** Default `PATIENCE_MS`. */
  readonly patienceMs?: number;
}

/**
 * Waits until it is possible to listen on an address. A port may be held by a connection that some program has made from it, and an
 * address may come a moment after the start of the machine: both are waited for, for some seconds. Throws an error for people, at once
 * if waiting would not help, and the reason of `signal` if that is aborted.
 */
export async function untilAvailable(
  listen: Listen,
  { signal, report, patienceMs = PATIENCE_MS }: Waiting,
): Promise<void> {
  const until = performance.now() + patienceMs;
  for (let isFirst = true; ; isFirst = false) {
    const error = await tryOut(listen.address);
    if (error === undefined) return;
    const { why, advice, mayPass } = await explain(listen, error);
    const sentence = `Cannot listen on ${listen.address}: ${why}`;
    if (!mayPass) throw new Error(`${sentence}. ${advice}`, { cause: error });
    if (performance.now() >= until) {
      throw new Error(`${sentence}, also after ${patienceMs / 1_000} s. ${advice}`, { cause: error });
    }
    if (isFirst) report(`${sentence}. Trying again for up to ${patienceMs / 1_000} s`);
    signal.throwIfAborted();
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
  }
}

/** Listens, and stops at once. Undefined: it was possible. */
async function tryOut(address: string): Promise<ListenError | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(parseAddress(address));
    await once(server, "listening");
  } catch (error) {
    return error as ListenError;
  }
  server.close();
  await once(server, "close");
  return undefined;
}

/** What Node adds to an error of `listen`. */
interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

interface Explained {
  /** To follow "Cannot listen on ADDRESS:", without a full stop. */
  readonly why: string;
  /** What to do: sentences. */
  readonly advice: string;
  /** Whether it may be otherwise a little later. */
  readonly mayPass: boolean;
}

async function explain({ address, setting }: Listen, error: ListenError): Promise<Explained> {
  const { host: named = "", port: wanted = 0 } = parseAddress(address) ?? {};
  const { address: host = named, port = wanted } = error;
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
      const high = `Take a port from 1024 on with ${setting}, or give the program the capability CAP_NET_BIND_SERVICE.`;
      return { why: `the user that runs this program may not use port ${port}`, advice: high, mayPass: false };
    }
    case "EAI_AGAIN":
      return { why: `the name server does not answer for ${named}`, advice, mayPass: true };
    case "ENOTFOUND":
      return { why: `the name ${named} is not known`, advice, mayPass: false };
    default:
      return { why: error.message, advice, mayPass: false };
  }
}

function explainInUse(holder: Holder, port: number, setting: string): Explained {
  if (holder === "listener") {
    const advice = `Stop that program, or take another address with ${setting}.`;
    return { why: "another program listens there", advice, mayPass: false };
  }
  const advice = `Start again later, or take another port with ${setting}. On Linux this keeps the port free from then on: sysctl -w net.ipv4.ip_local_reserved_ports=${port}`;
  const why =
    holder === "connection"
      ? "the port belongs to an outgoing connection of this machine, and nobody listens there"
      : "another program has the port, to listen or for an outgoing connection";
  return { why, advice, mayPass: true };
}
