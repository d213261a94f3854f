import type { ConnectionCounts } from "../../src/server/listener.ts";
import type { Engines } from "../../src/server/node/engines.ts";
import { type ChatServer, createServer, type ServerOptions, type Stats } from "../../src/server/server.ts";
import { within } from "./deadline.ts";
import type { Fixture } from "./fixture.ts";
import { FOLLOWS_AT_ONCE } from "./steadyClock.ts";

/** The differences from the server's defaults. Without `limits` there is no rate limit. */
export interface TestServerOptions extends Omit<ServerOptions, "engines"> {
  /** Wraps the engines. */
  readonly wrap?: (engines: Engines) => Engines;
  /** The test reads counters of the server, which must be in the test's own process. */
  readonly inProcess?: boolean;
}

const NO_RATE = { messagesPerSecond: 0, burst: 0 };

/** One running server of a test. */
export interface TestNode {
  readonly server: ChatServer;
  /** The engines without the wrapper of the test. */
  readonly engines: Engines;
  readonly port: number;
  /** Drains the server, and closes its engines. */
  stop(): Promise<void>;
}

/** Starts one more server in this process. */
export async function startNode(fixture: Fixture, { wrap = (all) => all, ...options }: TestServerOptions) {
  const { engines, ready, close } = await fixture.open();
  try {
    // A test with its own clock sets it to let time pass.
    const timings = { ...(options.clock === undefined ? {} : FOLLOWS_AT_ONCE), ...options.timings };
    const server = await createServer({ limits: NO_RATE, ...options, timings, engines: wrap(engines) });
    const port = await server.listen("127.0.0.1:0");
    await ready();
    const stop = async () => {
      await within(server.drain(), "the drain");
      await within(close(), "the engines to close");
    };
    return { server, engines, port, stop } satisfies TestNode;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Several servers as one. Their statistics are added up; the counters are those of the first server. */
export function together(servers: readonly [ChatServer, ...ChatServer[]]): ChatServer {
  const [first] = servers;
  if (servers.length === 1) return first;
  return {
    listen: (address) => first.listen(address),
    useCertificate: (tls) => {
      for (const server of servers) server.useCertificate(tls);
    },
    drain: async () => {
      await Promise.all(servers.map((server) => server.drain()));
    },
    stats: () => servers.map((server) => server.stats()).reduce(sum),
    connections: () => {
      const all = servers.map((server) => server.connections());
      const total = (key: keyof ConnectionCounts) => all.reduce((count, each) => count + each[key], 0);
      return {
        open: total("open"),
        refused: total("refused"),
        overAddress: total("overAddress"),
        abusers: total("abusers"),
      };
    },
    counters: first.counters,
    calls: first.calls,
  };
}

function sum(a: Stats, b: Stats): Stats {
  return {
    streams: a.streams + b.streams,
    readers: a.readers + b.readers,
    readersBehind: a.readersBehind + b.readersBehind,
    pageReads: a.pageReads + b.pageReads,
    headId: Math.max(a.headId, b.headId),
    oldestId: Math.max(a.oldestId, b.oldestId),
    commitsWaiting: a.commitsWaiting + b.commitsWaiting,
    storeAnswers: a.storeAnswers && b.storeAnswers,
    indexBehindMs: Math.max(a.indexBehindMs, b.indexBehindMs),
  };
}
