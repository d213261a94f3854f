/** The limit of every wait of a test, in milliseconds. Only a failing test reaches it, also on a busy machine. */
export const DEADLINE = 15_000;

/** Waits for `promise`. After the deadline it throws a sentence that names the missing thing. */
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
