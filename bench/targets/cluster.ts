import { peers } from "../peers/index.ts";
import { Engine, type EngineName } from "./engine.ts";
import { NatsMonitor } from "./natsMonitor.ts";
import { Server } from "./server.ts";
import type { Target } from "./target.ts";

/** The number of nodes and the engines that they share. Without engines a node uses SQLite. */
export interface Layout {
  readonly nodes: number;
  readonly engines: readonly EngineName[];
}

/** Counters of all nodes together, and of the bus between them, since the start. */
export interface Counts {
  readonly commits: number;
  /** Messages in all commits. */
  readonly messages: number;
  /** Messages that the nodes have published on NATS, and their bytes; NaN without NATS. */
  readonly busMessages: number;
  readonly busBytes: number;
}

interface Parts {
  readonly nodes: readonly Server[];
  readonly engines: Readonly<Partial<Record<EngineName, Engine>>>;
  readonly monitor: NatsMonitor | undefined;
}

/** Several nodes that serve one room, and the engines that they share. */
export class Cluster implements Target {
  readonly wire = peers.obrolan.wire;
  readonly #nodes: readonly Server[];
  readonly #engines: Parts["engines"];
  readonly #monitor: NatsMonitor | undefined;

  private constructor({ nodes, engines, monitor }: Parts) {
    this.#nodes = nodes;
    this.#engines = engines;
    this.#monitor = monitor;
  }

  /** Starts the engines and the nodes, all on one core. `onDied` is called if a node ends before `stop` or `kill`. */
  static async start(
    { nodes: count, engines: names }: Layout,
    options: { readonly data: string; readonly core: number | undefined; readonly profile: string | undefined },
    onDied: (error: Error) => void,
  ): Promise<Cluster> {
    const nodes: Server[] = [];
    const engines: Partial<Record<EngineName, Engine>> = {};
    try {
      for (const name of names) {
        const monitored = name === "nats" ? { options: NatsMonitor.options } : {};
        engines[name] = await Engine.start(name, { ...options, ...monitored });
      }
      const monitor = engines.nats && (await NatsMonitor.of(engines.nats));
      for (let node = 1; node <= count; node += 1) {
        const peer = { ...peers.obrolan, args: (folder: string) => argsOf(folder, engines) };
        nodes.push(await Server.start({ name: `node ${node}`, peer, ...options }, onDied));
      }
      return new Cluster({ nodes, engines, monitor });
    } catch (error) {
      await stopAll(nodes, engines);
      throw error;
    }
  }

  get addresses(): readonly string[] {
    return this.#nodes.flatMap(({ addresses }) => addresses);
  }

  /** The URL of an engine. Throws if the cluster does not have that engine. */
  url(name: EngineName): string {
    const engine = this.#engines[name];
    if (!engine) throw new Error(`There is no ${name} in this cluster.`);
    return engine.url;
  }

  cpuSeconds(): number {
    return Object.values(this.cpuOfParts()).reduce((sum, seconds) => sum + seconds, 0);
  }

  cpuOfParts(): Readonly<Record<string, number>> {
    const engines = Object.entries(this.#engines).map(([name, engine]) => [name, engine.cpuSeconds()] as const);
    const nodes = this.#nodes.reduce((sum, node) => sum + node.cpuSeconds(), 0);
    return { nodes, ...Object.fromEntries(engines) };
  }

  async counts(): Promise<Counts> {
    const all = await Promise.all(this.#nodes.map((node) => node.metrics()));
    const sum = (name: string) => all.reduce((total, metrics) => total + (metrics.get(name) ?? 0), 0);
    return {
      commits: sum("obrolan_commit_messages_count"),
      messages: sum("obrolan_commit_messages_sum"),
      ...((await this.#monitor?.read()) ?? { busMessages: Number.NaN, busBytes: Number.NaN }),
    };
  }

  async kill(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
    await this.stop();
  }

  async stop(): Promise<void> {
    await stopAll(this.#nodes, this.#engines);
  }
}

function argsOf(folder: string, { postgres, nats }: Parts["engines"]): string[] {
  return [
    ...peers.obrolan.args(folder),
    ...["--metrics-listen", "127.0.0.1:0"],
    ...(postgres ? ["--database-url", postgres.url] : []),
    ...(nats ? ["--nats-url", nats.url] : []),
  ];
}

// The nodes stop first, because a node tells its engines that it leaves.
async function stopAll(nodes: readonly Server[], engines: Parts["engines"]): Promise<void> {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all(Object.values(engines).map((engine) => engine.stop()));
}
