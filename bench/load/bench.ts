import type { Cores } from "../machine/cores.ts";
import type { Options } from "../model/options.ts";
import { type PeerName, peers } from "../peers/index.ts";
import { Cluster, type Layout } from "../targets/cluster.ts";
import { Server } from "../targets/server.ts";
import type { Target } from "../targets/target.ts";

const STALL_MS = 30_000;
const CHECK_INTERVAL_MS = 250;

/** The context of one run: its options, the servers that it started, and its failure. */
export class Bench {
  readonly options: Options;
  /** The cores that the server and the load are pinned to; if undefined, both use any core. */
  readonly cores: Cores | undefined;
  readonly #report: (text: string) => void;
  readonly #targets: Target[] = [];
  readonly #failure: Promise<never>;
  /** Fails the run: its current and all later waits reject with this error. */
  readonly fail: (error: Error) => void;

  /** `report` shows the progress of the run. */
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

  /** Starts an empty server of this kind. `prepare` may fill its data folder before it starts. */
  async startServer(peer: PeerName, prepare?: (folder: string) => Promise<void>): Promise<Server> {
    this.progress(`starting ${peer}`);
    const { data, profile } = this.options;
    const options = { name: peer, peer: peers[peer], data, profile, core: this.cores?.server, prepare };
    const server = await Server.start(options, this.fail);
    this.#targets.push(server);
    return server;
  }

  /** Starts empty engines and nodes on them. */
  async startCluster(layout: Layout): Promise<Cluster> {
    this.progress("starting nodes and engines");
    const { data, profile } = this.options;
    const cluster = await Cluster.start(layout, { data, profile, core: this.cores?.server }, this.fail);
    this.#targets.push(cluster);
    return cluster;
  }

  /** Waits for `promise`. Rejects if the run fails, or if the count `progress()` does not change within 30 s. */
  async waitFor<Result>(promise: Promise<Result>, what: string, progress: () => number): Promise<Result> {
    let before = progress();
    let changedAt = performance.now();
    const watch = setInterval(() => {
      const now = progress();
      if (now !== before) changedAt = performance.now();
      before = now;
      if (now > 0) this.progress(`waiting for ${what}, ${now.toLocaleString("en")} deliveries`);
      if (performance.now() - changedAt > STALL_MS)
        this.fail(new Error(`There was no progress for ${STALL_MS / 1000} s while the load waited for ${what}.`));
    }, 1000);
    try {
      return await Promise.race([promise, this.#failure]);
    } finally {
      clearInterval(watch);
    }
  }

  /**
   * Waits while the load runs. Ends early and returns false if `shouldContinue` returns false; rejects if the run
   * fails.
   */
  async runFor(seconds: number, what: string, shouldContinue: () => boolean = () => true): Promise<boolean> {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end && shouldContinue()) {
      const left = end - performance.now();
      this.progress(`${what}, ${Math.ceil(left / 1000)} s left`);
      let timer: NodeJS.Timeout | undefined;
      const nextCheck = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, Math.min(CHECK_INTERVAL_MS, left)));
      });
      await Promise.race([nextCheck, this.#failure]).finally(() => clearTimeout(timer));
    }
    return shouldContinue();
  }

  /** Stops every server that the run started. */
  async end(): Promise<void> {
    await Promise.all(this.#targets.map((target) => target.stop()));
  }
}
