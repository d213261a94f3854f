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
  let end = -1;
  while (end < 0 && bytes.length <= MAX_BYTES) {
    const chunk = await nextChunk(stdin);
    if (chunk === undefined) break;
    bytes = Buffer.concat([bytes, chunk]);
    end = bytes.indexOf(NEW_LINE);
  }
  if (end >= 0 && end + 1 < bytes.length) stdin.unshift(bytes.subarray(end + 1));
  const password = decode(end < 0 ? bytes : bytes.subarray(0, end));
  return password === "" ? undefined : password;
}

async function nextChunk(stdin: Readable): Promise<Buffer | undefined> {
  for (;;) {
    const chunk: Buffer | null = stdin.read();
    if (chunk !== null) return chunk;
    if (stdin.readableEnded || stdin.destroyed) return undefined;
    const waiting = new AbortController();
    const { signal } = waiting;
    try {
      await Promise.race([once(stdin, "readable", { signal }), once(stdin, "end", { signal })]);
    } catch (error) {
      throw unreadable(error);
    } finally {
      waiting.abort();
    }
  }
}

function decode(line: Buffer): string | undefined {
  if (line.length > MAX_BYTES) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(line).replace(/\r$/, "");
  } catch {
    return undefined;
  }
}
