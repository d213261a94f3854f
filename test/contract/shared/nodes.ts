import type { FailedLoginStore } from "../../../src/server/accounts/ports/failedLoginStore.ts";
import type { Roster } from "../../../src/server/presence/ports/roster.ts";
import type { Store } from "../../support/storeFixture.ts";

/** The store of one node. All nodes of a fixture share its data. */
export interface SharedStore extends Store {
  readonly roster: Roster;
  readonly failedLogins: FailedLoginStore;
}

/** A database that several nodes share. */
export interface SharedFixture {
  /** Opens the store for one more node. */
  open(): Promise<SharedStore>;
  /** Removes the database. */
  remove(): Promise<void>;
}

/** Makes an empty shared database. */
export type NewSharedFixture = () => Promise<SharedFixture>;

/** The stores of `count` nodes on a new database, for each test of a `describe`. */
export function useNodes(newFixture: NewSharedFixture, count: number): readonly SharedStore[] {
  const nodes: SharedStore[] = [];
  let fixture: SharedFixture;
  beforeEach(async () => {
    fixture = await newFixture();
    // All open at once, so that no node finds the tables already created.
    nodes.push(...(await Promise.all(Array.from({ length: count }, () => fixture.open()))));
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await fixture.remove();
  });
  return nodes;
}

/** Repeats `work` until `other` has settled. Resolves with the number of repetitions. */
export async function whilst(other: Promise<unknown>, work: () => Promise<void>): Promise<number> {
  let isDone = false;
  const done = other.finally(() => {
    isDone = true;
  });
  // The caller that awaits `other` gets the error.
  done.catch(() => {});
  let times = 0;
  for (; !isDone; times++) await work();
  await done;
  return times;
}
