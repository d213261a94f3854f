import type { Item } from "./item.ts";
import { formatJson } from "./json.ts";
import type { Stdio } from "./output.ts";
import { formatPlain, type PlainLine } from "./plain.ts";

/** Shows an item. Resolves when the output has space for more. */
export type Show = (item: Item) => Promise<void>;

/** Formats an item as a line of output. Undefined: nothing to print. */
export type PlainFormat = (item: Item) => PlainLine | undefined;

/** The format of lines for scripts: JSON on standard output, or plain lines on both outputs. */
export function formatFor(json: boolean): PlainFormat {
  return json ? (item) => jsonLine(formatJson(item)) : formatPlain;
}

/** Prints items as lines, for a command that reads none. */
export function makePrinter(json: boolean, { stdout, stderr }: Stdio): Show {
  const format = formatFor(json);
  return async (item) => {
    const line = format(item);
    if (line !== undefined) await (line.isStderr ? stderr : stdout).write(`${line.text}\n`);
  };
}

function jsonLine(text: string): PlainLine | undefined {
  return text === "" ? undefined : { text, isStderr: false };
}
