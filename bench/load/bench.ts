import type { Cores } from "../cores.ts";
import { type PeerName, peers } from "../peers/index.ts";
import type { Options } from "../scenario.ts";
import { Cluster, type Layout } from "./cluster.ts";
import { Server } from "./server.ts";
import type { Target } from "./target.ts";

const STALL_MS = 30_000;
const LOOK_MS = 250;

/** What one run of a scenario is handed. */
export class Bench {
  readonly options: Options;
  /** Which cores the server and the load have; unset: they share all. */
  readonly cores: Cores | undefined;
  readonly #report: (text: string) => void;
  readonly #targets: Target[] = [];
  readonly #failure: Promise<never>;
  /** The run is worth nothing. What it waits for rejects. */
  readonly fail: (error: Error) => void;

  /** `report` shows how far the run is. */
  constructor(options: Options, cores: Cores | undefined, report: (text: string) => void) {
    this.options = options;
    this.cores = cores;
    this.#report = report;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.#failure = promise;
    this.fail = reject;
  }

  progress(text: string): void {
    this.#report(text);
  }

  /** Starts a server of that kind, with nothing in it but what `prepare` puts into its folder. */
  async serve(peer: PeerName, prepare?: (folder: string) => Promise<void>): Promise<Server> {
    this.progress(`starting ${peer}`);
    const { data, profile } = this.options;
    const options = { name: peer, peer: peers[peer], data, profile, core: this.cores?.server, prepare };
    const server = await Server.start(options, this.fail);
    this.#targets.push(server);
    return server;
  }

  /** Starts so many nodes on engines of their own, with nothing in them. */
  async serveTogether(layout: Layout): Promise<Cluster> {
    this.progress("starting nodes and engines");
    const { data, profile } = this.options;
    const cluster = await Cluster.start(layout, { data, profile, core: this.cores?.server }, this.fail);
    this.#targets.push(cluster);
    return cluster;
  }

  /** Waits for `promise`, as long as nothing fails and `moved()` changes within 30 s. */
  async until<Result>(promise: Promise<Result>, what: string, moved: () => number): Promise<Result> {
    let before = moved();
    let changedAt = performance.now();
    const watch = setInterval(() => {
      const now = moved();
      if (now !== before) changedAt = performance.now();
      before = now;
      if (now > 0) this.progress(`waiting for ${what}, ${now.toLocaleString("en")} deliveries`);
      if (performance.now() - changedAt > STALL_MS) this.fail(new Error(`Nothing came for 30 s; waiting for ${what}.`));
    }, 1000);
    try {
      return await Promise.race([promise, this.#failure]);
    } finally {
      clearInterval(watch);
    }
  }

  /** Lets the load go on for so long, unless something fails; false: `goesOn` said no, and it ended early. */
  async pass(seconds: number, what: string, goesOn: () => boolean = () => true): Promise<boolean> {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end && goesOn()) {
      const left = end - performance.now();
      this.progress(`${what}, ${Math.ceil(left / 1000)} s left`);
      let timer: NodeJS.Timeout | undefined;
      const look = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, Math.min(LOOK_MS, left)));
      });
      await Promise.race([look, this.#failure]).finally(() => clearTimeout(timer));
    }
    return goesOn();
  }

  /** Stops what it started. */
  async end(): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.stop()));
  }
}
