/** https://www.sqlite.org/rescode.html: #busy, #corrupt, #full, #notadb */
const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** Whether SQLite reports that another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY;
}

/** Whether SQLite reports that a file is damaged, or is not a database. */
export function isDamage(error: unknown): boolean {
  return [CORRUPT, NOTADB].includes(codeOf(error) ?? 0);
}

/**
 * Turns an error of SQLite about the store `from`, or about copying it to `to`, into an error for the operator. Returns
 * other errors as they are.
 */
export function explain(error: unknown, from: string, to?: string): Error {
  const code = codeOf(error);
  if (code === undefined) return error as Error;
  const { message } = error as Error;
  if (code === NOTADB) return new Error(`${from} is not an Obrolan store: ${message}.`, { cause: error });
  if (code === CORRUPT) return new Error(`${from} is damaged: ${message}.`, { cause: error });
  if (code === FULL) return new Error(`There is no space for ${to ?? from}: ${message}.`, { cause: error });
  const problem = to === undefined ? "cannot be read" : `cannot be copied to ${to}`;
  return new Error(`${from} ${problem}: ${message}.`, { cause: error });
}

/** The primary result code of an error of SQLite; undefined for any other error. */
function codeOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? undefined : errcode & 0xff;
}
