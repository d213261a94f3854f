/** https://www.sqlite.org/rescode.html: #busy, #corrupt, #full, #notadb */
const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** Whether SQLite says that another connection is in the way. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY;
}

/** Whether SQLite says that a file is damaged, or is no database at all. */
export function isDamage(error: unknown): boolean {
  return [CORRUPT, NOTADB].includes(codeOf(error) ?? 0);
}

/** An error for people, of one of SQLite that came up with the store `from`, or on its way to `to`. Any other stays what it is. */
export function explain(error: unknown, from: string, to?: string): Error {
  const code = codeOf(error);
  if (code === undefined) return error as Error;
  const { message } = error as Error;
  if (code === NOTADB) return new Error(`${from} is no store of Obrolan: ${message}.`, { cause: error });
  if (code === CORRUPT) return new Error(`${from} is damaged: ${message}.`, { cause: error });
  if (code === FULL) return new Error(`There is no space for ${to ?? from}: ${message}.`, { cause: error });
  const what = to === undefined ? "cannot be read" : `cannot be copied to ${to}`;
  return new Error(`${from} ${what}: ${message}.`, { cause: error });
}

/** The primary result code of an error of SQLite. Undefined: it is another error. */
function codeOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? undefined : errcode & 0xff;
}
