import type { Online, Roster, RosterChanges } from "../../presence/ports/roster.ts";
import type { LeaseClient } from "../shared/leaseClient.ts";
import { type ChangeRow, changesAfter, MAX_CHANGE_ROWS } from "../shared/rosterChanges.ts";
import type { Connections } from "./connections.ts";
import { toInterval } from "./session.ts";

export const FIND = {
  name: "find-online",
  text: `
    SELECT r.account_id, r.username, min(r.since) FROM roster r JOIN nodes n ON n.id = r.node_id
    WHERE r.username = $1 AND holds(n.lease_until, $2) GROUP BY r.account_id, r.username`,
};
export const PAGE = {
  name: "page-online",
  text: `
    WITH live AS MATERIALIZED (SELECT id FROM nodes WHERE holds(lease_until, $3))
    SELECT t.total, p.account_id, p.username, p.since
    FROM (
      SELECT count(*) AS total
      FROM (SELECT FROM roster WHERE node_id IN (SELECT id FROM live) GROUP BY username) users
    ) t LEFT JOIN (
      SELECT r.account_id, r.username, min(r.since) AS since FROM roster r
      WHERE r.username > $1 AND r.node_id IN (SELECT id FROM live)
      GROUP BY r.username, r.account_id ORDER BY r.username LIMIT $2
    ) p ON true ORDER BY p.username`,
};
export const CHANGES = {
  name: "roster-changes",
  text: `SELECT place, username, online FROM roster_changes WHERE place >= $1 ORDER BY place LIMIT ${MAX_CHANGE_ROWS}`,
};
export const PLACE = { name: "roster-place", text: "SELECT max(place) FROM roster_changes" };

/**
 * The users online over all nodes of a PostgreSQL database. The lease client stores the joins and leaves of this
 * node.
 */
export class PostgresRoster implements Roster {
  readonly #leases: LeaseClient;
  readonly #read: Connections;
  /** The length of a lease, as an interval of PostgreSQL. */
  readonly #lease: string;

  constructor(parts: { leases: LeaseClient; read: Connections; leaseMs: number }) {
    this.#leases = parts.leases;
    this.#read = parts.read;
    this.#lease = toInterval(parts.leaseMs);
  }

  arrive(user: Online): Promise<boolean> {
    return this.#leases.update({ accountId: user.accountId, user });
  }

  leave(accountId: number): Promise<boolean> {
    return this.#leases.update({ accountId, user: undefined });
  }

  /**
   * None: the users of a node that has ended stay online by its lease, which the lease client of this node extends when
   * it starts.
   */
  async expected(): Promise<readonly Online[]> {
    return [];
  }

  async find(username: string): Promise<Online | undefined> {
    const [row] = await this.#read.read<[accountId: number, username: string, since: number]>(FIND, [
      username,
      this.#lease,
    ]);
    return row && { accountId: row[0], username: row[1], since: row[2] };
  }

  async page(after: string, size: number): Promise<{ users: Online[]; total: number }> {
    type Row = [total: number, accountId: number | null, username: string, since: number];
    const rows = await this.#read.read<Row>(PAGE, [after, size, this.#lease]);
    const users = rows.flatMap(([, accountId, username, since]) =>
      accountId === null ? [] : { accountId, username, since },
    );
    return { users, total: rows[0]?.[0] ?? 0 };
  }

  async changes(since?: number): Promise<RosterChanges> {
    if (since !== undefined) {
      const kept = changesAfter(since, await this.#read.read<ChangeRow>(CHANGES, [since]));
      if (kept !== undefined) return kept;
    }
    const [[offset] = []] = await this.#read.read<[offset: number | null]>(PLACE);
    return { changes: undefined, offset: offset ?? 0 };
  }
}
