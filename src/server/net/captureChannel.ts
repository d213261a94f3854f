import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** The captures whose `action` has led to the current call: several may run in a process at the same time. */
const causes = new AsyncLocalStorage<readonly symbol[]>();
let captures = 0;

/**
 * Runs `action`, and calls `show` for each message on a diagnostics channel of Node that `action` causes, until the
 * promise of `action` settles. For libraries that hide their sockets and servers.
 */
export async function captureChannel<T>(
  channel: string,
  action: () => Promise<T>,
  show: (message: unknown) => void,
): Promise<T> {
  const capture = Symbol();
  const listener = (message: unknown) => {
    if (causes.getStore()?.includes(capture)) show(message);
  };
  subscribe(channel, listener);
  captures += 1;
  try {
    return await causes.run([...(causes.getStore() ?? []), capture], action);
  } finally {
    unsubscribe(channel, listener);
    captures -= 1;
    // In Node 22 an enabled AsyncLocalStorage makes every promise of the process slower.
    if (captures === 0) causes.disable();
  }
}
