import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { openStore } from "./fill.ts";
import { Histogram } from "./histogram.ts";

/**
 * How long Obrolan's store takes to commit one message, at the pace of `rate` a second and with nobody to deliver it to: from
 * the call of `append` until it resolves. So it has the way to the store's worker and back in it, and nothing else of the server.
 */
export async function commitTime(bench: Bench, warmUpSeconds: number): Promise<Histogram> {
  const { rate, seconds, textBytes, data } = bench.options;
  const folder = mkdtempSync(join(data, "obrolan-bench-"));
  const { store, sender } = await openStore(folder);
  try {
    const text = "x".repeat(textBytes);
    const times = new Histogram();
    for (let count = 0; count < rate * (warmUpSeconds + seconds); count += 1) {
      if (count === rate * warmUpSeconds) times.clear();
      await bench.pass(1 / rate, "committing");
      const startedAt = performance.now();
      await store.log.append([{ ...sender, requestId: String(count), text, at: Date.now() }]);
      times.add(performance.now() - startedAt);
    }
    return times;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
