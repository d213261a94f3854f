import { sniff } from "./encoding.ts";
import { textNotUtf8, textTooLong, unreadable, wrongEncoding } from "./inputError.ts";
import type { Input } from "./lineReader.ts";

/** The most that is read: no request is longer. */
const MAX_TEXT_BYTES = 64 * 1024;

/**
 * Reads the whole input as one text of at most 64 KiB, without a byte-order mark and without its last line end. Throws
 * an `InputError` if it cannot be read, is longer, or is not UTF-8.
 */
export async function readWholeText(input: Input): Promise<string> {
  const bytes = await readBytes(input);
  const sniffed = sniff(bytes, true);
  if (sniffed.kind === "other") throw wrongEncoding(sniffed.encoding, "a text");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    throw textNotUtf8();
  }
}

async function readBytes(input: Input): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of input) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_TEXT_BYTES) break;
    }
  } catch (error) {
    throw unreadable(error);
  }
  if (length > MAX_TEXT_BYTES) throw textTooLong(MAX_TEXT_BYTES);
  return Buffer.concat(chunks);
}
