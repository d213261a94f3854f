import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** If the system does not stop the program for this long, it does not do it at all (ms). */
const STOP_LIMIT_MS = 100;

/**
 * Stops the whole process group, and resolves when it goes on; otherwise a parent such as `npx` would keep the shell
 * waiting. A group without a shell that could continue it is not stopped by the system.
 */
export async function stopProcessGroup(): Promise<void> {
  const limit = new AbortController();
  const continued = once(process, "SIGCONT", { signal: limit.signal }).catch(() => undefined);
  process.kill(0, "SIGTSTP");
  await Promise.race([continued, sleep(STOP_LIMIT_MS)]);
  limit.abort();
}
