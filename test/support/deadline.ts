/** How long a test waits for anything at all, in milliseconds. Long enough for a busy machine: only a failing test gets there. */
export const DEADLINE = 15_000;

/** Waits for `promise`; past the deadline it throws a sentence that says what did not come. */
export async function within<T>(promise: Promise<T>, what: string | (() => string), ms = DEADLINE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${ms} ms for ${typeof what === "string" ? what : what()}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
