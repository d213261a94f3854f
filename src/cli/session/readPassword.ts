import { once } from "node:events";
import type { Readable } from "node:stream";
import { unreadable } from "../terminal/inputError.ts";

/** A longer first line is no password. */
const MAX_BYTES = 64 * 1024;
const NEW_LINE = 0x0a;

/**
 * Reads the first line of a stream, in UTF-8 and without its line end. The rest stays in the stream. Undefined: the line
 * is empty, too long, or not UTF-8. Throws an `InputError` if the stream cannot be read.
 */
export async function readPassword(stdin: Readable): Promise<string | undefined> {
  let bytes: Buffer = Buffer.alloc(0);
  while (bytes.length <= MAX_BYTES) {
    const chunk: Buffer | null = stdin.read();
    if (chunk === null) {
      if (await hasEnded(stdin)) break;
      continue;
    }
    const end = chunk.indexOf(NEW_LINE);
    bytes = Buffer.concat([bytes, end < 0 ? chunk : chunk.subarray(0, end)]);
    if (end < 0) continue;
    // In the same turn as `read`: a stream that has nothing left ends in the next one, and then takes nothing back.
    if (end + 1 < chunk.length) stdin.unshift(chunk.subarray(end + 1));
    break;
  }
  return decode(bytes);
}

/** Waits until the stream has something to read. Resolves with whether it has ended instead. */
async function hasEnded(stdin: Readable): Promise<boolean> {
  if (stdin.readableEnded || stdin.destroyed) return true;
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(stdin, "readable", { signal }), once(stdin, "end", { signal })]);
    return stdin.readableEnded;
  } catch (error) {
    throw unreadable(error);
  } finally {
    waiting.abort();
  }
}

function decode(line: Buffer): string | undefined {
  if (line.length > MAX_BYTES) return undefined;
  try {
    const password = new TextDecoder("utf-8", { fatal: true }).decode(line).replace(/\r$/, "");
    return password === "" ? undefined : password;
  } catch {
    return undefined;
  }
}
