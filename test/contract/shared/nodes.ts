import type { FailedLoginStore } from "../../../src/server/accounts/ports/failedLoginStore.ts";
import type { Roster } from "../../../src/server/presence/ports/roster.ts";
import type { Store } from "../../support/storeFixture.ts";

/** A store that several nodes share, opened by one of them. */
export interface SharedStore extends Store {
  readonly roster: Roster;
  readonly failedLogins: FailedLoginStore;
}

/** The fixture of a store that several nodes share. */
export interface SharedFixture {
  /** Opens the store as one more node. */
  open(): Promise<SharedStore>;
  /** Removes the store. */
  remove(): Promise<void>;
}

/** Makes the fixture of a new store. */
export type NewSharedFixture = () => Promise<SharedFixture>;

/** Opens `count` nodes on a new store for each test of a `describe`. */
export function useNodes(newFixture: NewSharedFixture, count: number): readonly SharedStore[] {
  const nodes: SharedStore[] = [];
  let at: SharedFixture;
  beforeEach(async () => {
    at = await newFixture();
    // All at once, so that none of them finds a schema that another has already made.
    nodes.push(...(await Promise.all(Array.from({ length: count }, () => at.open()))));
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await at.remove();
  });
  return nodes;
}

/** Repeats `work` until `other` is settled. Resolves with the number of repetitions, or rejects as `other` does. */
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
