import { setTimeout as sleep } from "node:timers/promises";
import type { EngineServer } from "../../support/engineServer.ts";
import type { Proxy as NetworkProxy } from "../../support/proxy.ts";
import { Random } from "../../support/random.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterRoom } from "./room.ts";

const SECOND = 1_000;
/** How long a connection is stalled, in milliseconds. */
const STALL = 10 * SECOND;

/** What befalls a cluster again and again. */
interface Trouble {
  /** How long it leaves the cluster alone each time, in milliseconds. */
  readonly rest: readonly [from: number, to: number];
  /** Happens once, and is mended at its end. Resolves with its name. */
  readonly strike: (random: Random) => Promise<string>;
}

/**
 * Lets everything befall a cluster that may, at random, for so many milliseconds: nodes that are killed, PostgreSQL and NATS that go
 * away, connections that stall. Each kind takes its turns by itself, so that they fall together too. Resolves with how often each
 * befell it, when all is mended.
 */
export async function befall(
  cluster: Cluster,
  room: ClusterRoom,
  seed: number,
  duration: number,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const end = performance.now() + duration;
  const torment = async ({ rest, strike }: Trouble, random: Random) => {
    for (;;) {
      await sleep(random.between(...rest));
      if (performance.now() >= end) return;
      const name = await strike(random);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  // Numbers of their own: what one kind of trouble is like does not hang on how long another took.
  const torments = troublesOf(cluster, room).map((trouble, i) => torment(trouble, new Random(seed + i)));
  // To the end, also where one has failed: all is mended then.
  await Promise.allSettled(torments);
  await Promise.all(torments);
  return counts;
}

function troublesOf(cluster: Cluster, room: ClusterRoom): readonly Trouble[] {
  return [
    {
      rest: [4 * SECOND, 12 * SECOND],
      strike: async (random) => {
        const node = random.oneOf(cluster.nodes);
        await node.kill();
        await sleep(random.between(0, 5 * SECOND));
        await node.startAgain();
        return "node killed";
      },
    },
    {
      rest: [6 * SECOND, 18 * SECOND],
      strike: (random) => away(cluster.postgres, random, random.between(1, 2) === 1, 3 * SECOND),
    },
    {
      rest: [4 * SECOND, 12 * SECOND],
      strike: (random) => away(cluster.nats, random, random.between(1, 2) === 1, 8 * SECOND),
    },
    { rest: [SECOND, 5 * SECOND], strike: (random) => stall(cluster, room, random) },
  ];
}

async function away(engine: EngineServer, random: Random, isKilled: boolean, atMost: number): Promise<string> {
  await (isKilled ? engine.kill() : engine.stop());
  await sleep(random.between(0, atMost));
  await engine.start();
  return `${engine.name} ${isKilled ? "killed" : "stopped"}`;
}

async function stall(cluster: Cluster, room: ClusterRoom, random: Random): Promise<string> {
  const { toPostgres, toNats, toClients } = random.oneOf(cluster.nodes);
  const places: readonly [string, NetworkProxy][] = [
    ["node to PostgreSQL", toPostgres],
    ["node to NATS", toNats],
    ["client to node", random.oneOf([toClients, room.front.proxy])],
  ];
  const [name, proxy] = random.oneOf(places);
  // Half of the time all that goes that way, else one connection of several, such as that of the commits.
  const isAll = name !== "client to node" && random.between(1, 2) === 1;
  const { links } = proxy;
  const stalled = isAll || links.length === 0 ? proxy : random.oneOf(links);
  stalled.hold();
  await sleep(STALL);
  if ("release" in stalled) stalled.release();
  else stalled.pass();
  return `${isAll ? "all" : "one"} of ${name} stalled`;
}
