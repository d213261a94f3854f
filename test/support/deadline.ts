/** The limit of every wait of a test, in milliseconds. Only a failing test reaches it, also on a busy machine. */
export const DEADLINE = 15_000;

/**
 * Waits for `promise`. After the deadline it throws a sentence that names the missing thing. The timer does not keep
 * the process alive: mocha has one of its own for each test.
 */
export async function within<T>(promise: Promise<T>, what: string | (() => string), ms = DEADLINE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${ms} ms for ${typeof what === "string" ? what : what()}`));
    }, ms).unref();
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
