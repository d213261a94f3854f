import { within } from "./deadline.ts";

/** Waits for this many turns of the event loop. */
export async function turns(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits, turn by turn, until a condition holds that no event announces. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  let given = false;
  const wait = async () => {
    while (!given && !condition()) await turns();
  };
  await within(wait(), what).finally(() => {
    given = true;
  });
}

/** Like `until`, for an asynchronous condition. */
export async function eventually(condition: () => Promise<boolean>, what: string): Promise<void> {
  let isSo = false;
  let failure: unknown;
  const ask = async () => {
    for (; !isSo; await turns()) isSo = await condition();
  };
  ask().catch((error) => {
    failure = error;
  });
  try {
    await until(() => isSo || failure !== undefined, what);
  } finally {
    isSo = true;
  }
  if (failure !== undefined) throw failure;
}

/** Whether a promise is settled after three turns of the event loop: all that waits for no event has run then. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await turns(3);
  return settled;
}
