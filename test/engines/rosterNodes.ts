import type { PostgresOptions } from "../../src/server/engines/postgres/index.ts";
import type { Online, Roster, RosterChange } from "../../src/server/presence/ports/roster.ts";
import { needsEngine } from "../support/engineServer.ts";
import { eventually } from "../support/eventLoop.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { NOON } from "../support/storeFixture.ts";
import { PostgresNode } from "./postgresNode.ts";

/** Three users, in order of username. */
export const [ana, bob, eve] = ["ana", "bob", "eve"].map((username, i) => ({
  accountId: i + 1,
  username,
  since: NOON + i,
})) as [Online, Online, Online];
/** The change when a user comes online. */
export const came = ({ username }: Online): RosterChange => ({ username, online: true });
/** The change when a user goes offline. */
export const went = ({ username }: Online): RosterChange => ({ username, online: false });
/** The length of a lease in seconds. It outlasts a pause of the machine for some seconds. */
export const LEASE_S = 8;

/** The nodes of a `describe` on one PostgreSQL schema. All leases, users and changes are removed after each test. */
export class RosterNodes {
  readonly #nodes: PostgresNode[] = [];
  #fixture: PostgresFixture | undefined;

  constructor() {
    const nodes = this;
    before(async function () {
      needsEngine(this, "postgres");
      nodes.#fixture = await postgresFixture();
      // A server lets every lease hold for the time of a lease after its start.
      const IS_OLD = `SELECT now() > pg_postmaster_start_time() + interval '${LEASE_S} s' AS it`;
      await eventually(async () => (await nodes.query(IS_OLD))[0]?.it === true, "the server to be older than a lease");
    });
    after(() => this.#fixture?.remove());
    afterEach(() => this.#reset());
  }

  /** The rows of a statement, on a connection of its own. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    return (this.#fixture as PostgresFixture).query(text, values);
  }

  /** Opens a node, which by default renews its lease every 150 ms. */
  async open(options: Partial<PostgresOptions> = {}): Promise<PostgresNode> {
    const node = await PostgresNode.open(this.#fixture as PostgresFixture, {
      leaseMs: LEASE_S * 1_000,
      heartbeatMs: 150,
      shutdownGraceMs: 1,
      startGraceMs: 1,
      ...options,
    });
    this.#nodes.push(node);
    return node;
  }

  async #reset(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map((node) => node.close()));
    if (this.#fixture === undefined) return;
    await this.query("DELETE FROM nodes");
    await this.query("DELETE FROM roster");
    // No change has an earlier time than the one before, so a change from the future would affect all later tests. The
    // inserted row is the one of a new schema.
    await this.query("DELETE FROM roster_changes");
    await this.query("INSERT INTO roster_changes VALUES (0, '', false)");
  }
}

/** The roster of a node. */
export function rosterOf(node: PostgresNode): Roster {
  return node.store.roster;
}

/** The users online, as a node lists them. */
export async function usersOf(node: PostgresNode): Promise<Online[]> {
  return (await rosterOf(node).page("", 100)).users;
}

/** Reads a node's changes from now on. The result waits for `count` changes, and resolves with all of them. */
export async function changesOf(node: PostgresNode): Promise<(count: number) => Promise<RosterChange[]>> {
  let { offset } = await rosterOf(node).changes();
  const received: RosterChange[] = [];
  return async (count) => {
    await eventually(async () => {
      const more = await rosterOf(node).changes(offset);
      received.push(...(more.changes as RosterChange[]));
      offset = more.offset;
      return received.length >= count;
    }, `${count} changes`);
    return received;
  };
}
