import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../../rig/userGroup.ts";
import { CallFailed } from "../../support/wire.ts";
import type { ClusterNode } from "./node.ts";

/** The limit of the wait for a list. */
const DEADLINE_MS = 60_000;
/** The wait between two requests for the list. */
const INTERVAL_MS = 50;

/** The names of all online users, as a node lists them. */
async function namesOn(node: ClusterNode, { token }: Account): Promise<string[]> {
  const { users } = await node.with((wire) => wire.list(token, { pageSize: 1_000 }));
  return users.map(({ username }) => username);
}

/** Waits until a node lists exactly these names. Resolves with how long that took, in milliseconds. */
export async function listed(node: ClusterNode, user: Account, names: readonly string[]): Promise<number> {
  const began = performance.now();
  const wanted = [...names].sort().join();
  for (;;) {
    const listedNames = await namesOn(node, user).catch((error) => {
      // The store may still be away.
      if (error instanceof CallFailed) return [error.message];
      throw error;
    });
    const waited = performance.now() - began;
    if (listedNames.join() === wanted) return waited;
    if (waited > DEADLINE_MS)
      throw new Error(`${node.name} lists ${listedNames.join()} after ${waited} ms, and not ${wanted}`);
    await sleep(INTERVAL_MS);
  }
}
