import { fstatSync } from "node:fs";
import { formatJson } from "./json.ts";
import type { Input } from "./lineReader.ts";
import { Pipe } from "./pipe.ts";
import { formatPlain } from "./plain.ts";
import { Screen } from "./screen.ts";
import type { Stdio } from "./stdio.ts";
import type { Terminal } from "./terminal.ts";

/** The terminal that fits what the program was started with. */
export function openTerminal(json: boolean, { out, aside }: Stdio): Terminal {
  const { stdin, stdout } = process;
  if (!json && stdin.isTTY && stdout.isTTY && process.env.TERM !== "dumb") return new Screen(stdin, stdout, out);
  return new Pipe({
    input: readable(),
    output: out,
    aside,
    format: json ? (item) => jsonLine(formatJson(item)) : formatPlain,
  });
}

/** Standard input. Node takes a directory for an empty file. */
function readable(): Input {
  if (!isDirectory(0)) return process.stdin;
  const next = () => Promise.reject(new Error("it is a directory"));
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

function isDirectory(fd: number): boolean {
  try {
    return fstatSync(fd).isDirectory();
  } catch {
    // What cannot be looked at can perhaps be read.
    return false;
  }
}

function jsonLine(text: string) {
  return text === "" ? undefined : { text, aside: false };
}
