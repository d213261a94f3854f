import type { FailedLoginStore } from "../../../src/server/accounts/ports/failedLoginStore.ts";
import type { Roster } from "../../../src/server/presence/ports/roster.ts";
import type { Store } from "../../support/storeFixture.ts";

/** A store that many nodes share, as one of them has it open. */
export interface SharedStore extends Store {
  readonly roster: Roster;
  readonly failedLogins: FailedLoginStore;
}

/** The place of a store that many nodes share. */
export interface SharedPlace {
  /** Opens the store of this place as one more node. */
  open(): Promise<SharedStore>;
  /** Takes the place away. */
  remove(): Promise<void>;
}

/** Makes the place of a new store. */
export type NewSharedPlace = () => Promise<SharedPlace>;

/** Some nodes on a new store, for each test of a `describe`. */
export function useNodes(place: NewSharedPlace, count: number): readonly SharedStore[] {
  const nodes: SharedStore[] = [];
  let at: SharedPlace;
  beforeEach(async () => {
    at = await place();
    // At once: none of them finds the store made.
    nodes.push(...(await Promise.all(Array.from({ length: count }, () => at.open()))));
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await at.remove();
  });
  return nodes;
}

/** Does something over and over, until another thing is done; resolves with how often. */
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
