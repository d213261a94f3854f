import type { Online, Roster, RosterChanges } from "../../presence/ports/roster.ts";
import type { Connections } from "./connections.ts";
import type { LeaseClient } from "./leaseClient.ts";

/** More changes than this are not told one by one. */
const MAX_CHANGES = 2_000;

export const FIND = {
  name: "find-online",
  text: `
    SELECT r.account_id, r.username, min(r.since) FROM roster r JOIN nodes n ON n.id = r.node_id
    WHERE r.username = $1 AND holds(n.lease_until, $2) GROUP BY r.account_id, r.username`,
};
export const PAGE = {
  name: "page-online",
  text: `
    WITH holding AS MATERIALIZED (SELECT id FROM nodes WHERE holds(lease_until, $3))
    SELECT t.total, p.account_id, p.username, p.since
    FROM (
      SELECT count(*) AS total FROM (SELECT FROM roster WHERE node_id IN (SELECT id FROM holding) GROUP BY username) all_of_them
    ) t LEFT JOIN (
      SELECT r.account_id, r.username, min(r.since) AS since FROM roster r
      WHERE r.username > $1 AND r.node_id IN (SELECT id FROM holding)
      GROUP BY r.username, r.account_id ORDER BY r.username LIMIT $2
    ) p ON true ORDER BY p.username`,
};
export const CHANGES = {
  name: "roster-changes",
  text: `SELECT place, username, online FROM roster_changes WHERE place >= $1 ORDER BY place LIMIT ${MAX_CHANGES + 2}`,
};
export const PLACE = { name: "roster-place", text: "SELECT max(place) FROM roster_changes" };

/** Who is online, over all nodes of a PostgreSQL database. What this node says of it is kept and told by its presence. */
export class PostgresRoster implements Roster {
  readonly #presence: LeaseClient;
  readonly #reading: Connections;
  readonly #lease: string;

  /** `lease`: how long one lasts, as an interval of PostgreSQL. */
  constructor(parts: { presence: LeaseClient; reading: Connections; lease: string }) {
    this.#presence = parts.presence;
    this.#reading = parts.reading;
    this.#lease = parts.lease;
  }

  arrive(who: Online): Promise<boolean> {
    return this.#presence.update({ accountId: who.accountId, who });
  }

  leave(accountId: number): Promise<boolean> {
    return this.#presence.update({ accountId, who: undefined });
  }

  /** None: those of a node that has ended stay by its lease, whose end the presence of this one puts off (`expect_people`). */
  async expected(): Promise<readonly Online[]> {
    return [];
  }

  async find(username: string): Promise<Online | undefined> {
    const [row] = await this.#reading.read<[number, string, number]>(FIND, [username, this.#lease]);
    return row && { accountId: row[0], username: row[1], since: row[2] };
  }

  async page(after: string, size: number): Promise<{ users: Online[]; total: number }> {
    const rows = await this.#reading.read<[number, number | null, string, number]>(PAGE, [after, size, this.#lease]);
    const users = rows.flatMap(([, accountId, username, since]) =>
      accountId === null ? [] : { accountId, username, since },
    );
    return { users, total: rows[0]?.[0] ?? 0 };
  }

  async changes(since?: number): Promise<RosterChanges> {
    if (since !== undefined) {
      const rows = await this.#reading.read<[number, string, boolean]>(CHANGES, [since]);
      // The change at that place itself: what came after it has not been forgotten either.
      const isKept = rows[0]?.[0] === since && rows.length <= MAX_CHANGES + 1;
      const place = rows.at(-1)?.[0];
      if (isKept && place !== undefined) {
        return { changes: rows.slice(1).map(([, username, online]) => ({ username, online })), place };
      }
    }
    const [[place] = []] = await this.#reading.read<[number]>(PLACE);
    return { changes: undefined, place: place ?? 0 };
  }
}
