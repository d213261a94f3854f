import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../../rig/userGroup.ts";
import { CallFailed } from "../../support/wire.ts";
import type { ClusterNode } from "./node.ts";

/** How long to wait for the expected list, in milliseconds. */
const DEADLINE_MS = 60_000;
/** The wait between two reads of the list, in milliseconds. */
const LOOK = 50;

/** The names of all online users, as a node lists them for one user. */
async function namesOn(node: ClusterNode, { token }: Account): Promise<string[]> {
  const { users } = await node.with((wire) => wire.list(token, { pageSize: 1_000 }));
  return users.map(({ username }) => username);
}

/** Waits until a node lists exactly these names. Resolves with how long that took, in milliseconds. */
export async function listed(node: ClusterNode, user: Account, names: readonly string[]): Promise<number> {
  const began = performance.now();
  const wanted = [...names].sort().join();
  for (;;) {
    const there = await namesOn(node, user).catch((error) => {
      // The store may still be unavailable.
      if (error instanceof CallFailed) return [error.message];
      throw error;
    });
    const waited = performance.now() - began;
    if (there.join() === wanted) return waited;
    if (waited > DEADLINE_MS)
      throw new Error(`${node.name} lists ${there.join()} after ${waited} ms, and not ${wanted}`);
    await sleep(LOOK);
  }
}
