import { setTimeout as sleep } from "node:timers/promises";
import type { EngineServer } from "../../support/engineServer.ts";
import type { Proxy as NetworkProxy } from "../../support/proxy.ts";
import { Random } from "../../support/random.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterRoom } from "./room.ts";

const SECOND_MS = 1_000;
/** How long a connection is stalled. */
const STALL_MS = 10 * SECOND_MS;

/** A kind of fault, injected again and again. */
interface Fault {
  /** The pause between two faults of this kind, a random value in this range. */
  readonly pauseMs: readonly [from: number, to: number];
  /** Injects the fault once, and repairs it. Resolves with its name. */
  readonly inject: (random: Random) => Promise<string>;
}

/**
 * Injects random faults into a cluster: kills nodes, stops and kills PostgreSQL and NATS, and stalls connections. Each
 * kind of fault has a schedule of its own, so faults overlap. Resolves when everything is repaired, with the number of
 * times that each fault was injected.
 */
export async function injectFaults(
  cluster: Cluster,
  room: ClusterRoom,
  seed: number,
  durationMs: number,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const end = performance.now() + durationMs;
  const repeat = async ({ pauseMs, inject }: Fault, random: Random) => {
    for (;;) {
      await sleep(random.between(...pauseMs));
      if (performance.now() >= end) return;
      const name = await inject(random);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  // Each kind has random numbers of its own, which do not depend on how long another kind took.
  const schedules = faultsOf(cluster, room).map((fault, i) => repeat(fault, new Random(seed + i)));
  // Waits for all schedules, also if one fails, so that everything is repaired.
  await Promise.allSettled(schedules);
  await Promise.all(schedules);
  return counts;
}

function faultsOf(cluster: Cluster, room: ClusterRoom): readonly Fault[] {
  return [
    {
      pauseMs: [4 * SECOND_MS, 12 * SECOND_MS],
      inject: async (random) => {
        const node = random.oneOf(cluster.nodes);
        await node.kill();
        await sleep(random.between(0, 5 * SECOND_MS));
        await node.startAgain();
        return "node killed";
      },
    },
    {
      pauseMs: [6 * SECOND_MS, 18 * SECOND_MS],
      inject: (random) => stopForAWhile(cluster.postgres, random, random.between(1, 2) === 1, 3 * SECOND_MS),
    },
    {
      pauseMs: [4 * SECOND_MS, 12 * SECOND_MS],
      inject: (random) => stopForAWhile(cluster.nats, random, random.between(1, 2) === 1, 8 * SECOND_MS),
    },
    { pauseMs: [SECOND_MS, 5 * SECOND_MS], inject: (random) => stall(cluster, room, random) },
  ];
}

async function stopForAWhile(engine: EngineServer, random: Random, isKilled: boolean, maxMs: number): Promise<string> {
  await (isKilled ? engine.kill() : engine.stop());
  await sleep(random.between(0, maxMs));
  await engine.start();
  return `${engine.name} ${isKilled ? "killed" : "stopped"}`;
}

async function stall(cluster: Cluster, room: ClusterRoom, random: Random): Promise<string> {
  const { toPostgres, toNats, toClients } = random.oneOf(cluster.nodes);
  const connections: readonly [string, NetworkProxy][] = [
    ["node to PostgreSQL", toPostgres],
    ["node to NATS", toNats],
    ["client to node", random.oneOf([toClients, room.front.proxy])],
  ];
  const [name, proxy] = random.oneOf(connections);
  // Stalls all connections of the proxy in half of the cases, and otherwise one of them, such as that of the commits.
  const isAll = name !== "client to node" && random.between(1, 2) === 1;
  const { links } = proxy;
  const stalled = isAll || links.length === 0 ? proxy : random.oneOf(links);
  stalled.hold();
  await sleep(STALL_MS);
  if ("release" in stalled) stalled.release();
  else stalled.pass();
  return `${isAll ? "all" : "one"} of ${name} stalled`;
}
