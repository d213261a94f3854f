import type { RosterChange, RosterChanges } from "../../presence/ports/roster.ts";

/** How many changes a roster returns at most. If there are more, it returns `undefined` instead. */
const MAX_CHANGES = 2_000;
/** The rows to read from an offset on: that of the offset, all changes, and one that shows that there are more. */
export const MAX_CHANGE_ROWS = MAX_CHANGES + 2;

/** A change of the roster, and its offset. */
export type ChangeRow = [offset: number, username: string, online: boolean];

/**
 * The changes after an offset, from the rows from `since` on, up to `MAX_CHANGE_ROWS`. Undefined if there are too many,
 * or if some were removed: the row of `since` is removed before any later one.
 */
export function changesAfter(since: number, rows: readonly ChangeRow[]): RosterChanges | undefined {
  const [first, ...later] = rows;
  if (first?.[0] !== since || later.length > MAX_CHANGES) return undefined;
  const changes = later.map(([, username, online]): RosterChange => ({ username, online }));
  return { changes, offset: later.at(-1)?.[0] ?? since };
}
