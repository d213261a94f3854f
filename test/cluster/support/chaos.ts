import { setTimeout as sleep } from "node:timers/promises";
import type { EngineServer } from "../../support/engineServer.ts";
import type { Proxy as NetworkProxy } from "../../support/proxy.ts";
import { Random } from "../../support/random.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterRoom } from "./room.ts";

const SECOND = 1_000;
/** How long a connection is stalled, in milliseconds. */
const STALL = 10 * SECOND;

/** A kind of fault that strikes a cluster again and again. */
interface Fault {
  /** The pause between two strikes, in milliseconds. */
  readonly rest: readonly [from: number, to: number];
  /** Strikes once, and then repairs what it broke. Resolves with the name of the fault. */
  readonly strike: (random: Random) => Promise<string>;
}

/**
 * Strikes a cluster at random for `duration` milliseconds: kills nodes, stops and kills PostgreSQL and NATS, and stalls
 * connections. Each kind of fault has a schedule of its own, so several strike at once. When everything is repaired,
 * resolves with how often each fault struck.
 */
export async function strikeAtRandom(
  cluster: Cluster,
  room: ClusterRoom,
  seed: number,
  duration: number,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const end = performance.now() + duration;
  const repeat = async ({ rest, strike }: Fault, random: Random) => {
    for (;;) {
      await sleep(random.between(...rest));
      if (performance.now() >= end) return;
      const name = await strike(random);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  // Each kind has random numbers of its own, which do not depend on how long another kind took.
  const schedules = faultsOf(cluster, room).map((fault, i) => repeat(fault, new Random(seed + i)));
  // Waits for all schedules, even if one fails, so that each repairs what it broke.
  await Promise.allSettled(schedules);
  await Promise.all(schedules);
  return counts;
}

function faultsOf(cluster: Cluster, room: ClusterRoom): readonly Fault[] {
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
  // Half of the time all connections of a node to an engine stall, otherwise one, such as that of the commits.
  const isAll = name !== "client to node" && random.between(1, 2) === 1;
  const { links } = proxy;
  const stalled = isAll || links.length === 0 ? proxy : random.oneOf(links);
  stalled.hold();
  await sleep(STALL);
  if ("release" in stalled) stalled.release();
  else stalled.pass();
  return `${isAll ? "all" : "one"} of ${name} stalled`;
}
