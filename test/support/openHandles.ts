import path from "node:path";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import type { Suite } from "mocha";

/** How long handles may take to close after the last test, in ms: an idle connection of `fetch` takes four seconds. */
const CLOSING_MS = 10_000;
const POLL_MS = 20;

/**
 * Root hooks of mocha (`.mocharc.json`). They fail a run after which a socket, a server, a child process, a worker or a
 * timer would keep the process alive. With `--parallel`, where mocha ends its workers, each file is such a run, so the
 * failure names the file.
 */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    // Mocha has a timer of its own while an asynchronous hook waits, at both counts.
    await turn();
    const before = countResources();
    const root = this.test?.parent as Suite;
    // Added here, so that it comes after the hooks that the files have at the root.
    root.afterAll("leaves no open handles", async function () {
      this.timeout(2 * CLOSING_MS);
      await turn();
      const giveUpAt = performance.now() + CLOSING_MS;
      let open = openedSince(before);
      while (open.length > 0 && performance.now() < giveUpAt) {
        await sleep(POLL_MS);
        open = openedSince(before);
      }
      const files = new Set(root.suites.map(({ file }) => path.relative(process.cwd(), file ?? "")));
      if (open.length > 0) throw new Error(`${[...files].join(", ")} left open handles: ${open.join(", ")}.`);
    });
  },
};

/** How many resources of each kind keep the process alive. */
function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function openedSince(before: ReadonlyMap<string, number>): string[] {
  return [...countResources()]
    .map(([kind, count]) => ({ kind, opened: count - (before.get(kind) ?? 0) }))
    .filter(({ opened }) => opened > 0)
    .map(({ kind, opened }) => `${opened} ${kind}`);
}
