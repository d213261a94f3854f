import type { Online } from "../../presence/ports/roster.ts";
import type { LeaseStore, LeaseTimes } from "../shared/leaseClient.ts";
import type { Connections } from "./connections.ts";
import { toInterval, toNumbers } from "./session.ts";

export const UPDATE = { name: "tell-roster", text: "SELECT tell_roster($1, $2, $3, $4, $5, $6)" };
export const FULL_SYNC = { name: "put-roster", text: "SELECT put_roster($1, $2, $3, $4, $5, $6)" };
export const RENEW = { name: "renew-lease", text: "SELECT renew_lease($1, $2, $3, $4)" };
export const EXTEND_ENDED = { name: "expect-people", text: "SELECT expect_people($1)" };
export const END = { name: "end-node", text: "SELECT end_nodes(ARRAY[$1::uuid])" };

/**
 * How long a node waits, after another node's lease has ended, before it takes that node's users offline: not at all.
 */
const TAKEOVER_DELAY = "0 s";

/** The lease of one node in a PostgreSQL database: see the functions in `schema/roster.ts`. */
export class PostgresLeases implements LeaseStore {
  readonly #connections: Connections;
  readonly #nodeId: string;
  readonly #times: LeaseTimes;

  /** `connections`: a pool of one connection, which nothing else uses. `nodeId`: a UUID, different at each start. */
  constructor(connections: Connections, nodeId: string, times: LeaseTimes) {
    this.#connections = connections;
    this.#nodeId = nodeId;
    this.#times = times;
  }

  async extendEndedLeases(): Promise<void> {
    await this.#connections.change(EXTEND_ENDED, [toInterval(this.#times.startGraceMs)]);
  }

  async update(
    generation: number,
    joined: readonly Online[],
    left: readonly string[],
  ): Promise<Set<string> | undefined> {
    const values = [this.#nodeId, generation, ...toColumns(joined), left];
    const [[changed] = []] = await this.#connections.change<[changed: string[] | null]>(UPDATE, values);
    return changed === null || changed === undefined ? undefined : new Set(changed);
  }

  async fullSync(generation: number, users: readonly Online[]): Promise<void> {
    const lease = toInterval(this.#times.leaseMs);
    await this.#connections.change(FULL_SYNC, [this.#nodeId, generation, lease, ...toColumns(users)]);
  }

  renew(): Promise<boolean> {
    return this.#renewFor(this.#times.leaseMs);
  }

  async end(hasUsers: boolean): Promise<void> {
    if (hasUsers) await this.#renewFor(this.#times.shutdownGraceMs);
    else await this.#connections.change(END, [this.#nodeId]);
  }

  onConnected(listener: () => void): void {
    this.#connections.onConnected(listener);
  }

  async #renewFor(leaseMs: number): Promise<boolean> {
    const values = [this.#nodeId, toInterval(leaseMs), toInterval(this.#times.changeRetentionMs), TAKEOVER_DELAY];
    const [[hadLease] = []] = await this.#connections.change<[hadLease: boolean]>(RENEW, values);
    return hadLease === true;
  }
}

function toColumns(users: readonly Online[]): [accountIds: string, usernames: string[], since: string] {
  return [
    toNumbers(users.map(({ accountId }) => accountId)),
    users.map(({ username }) => username),
    toNumbers(users.map(({ since }) => since)),
  ];
}
