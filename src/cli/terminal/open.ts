import { fstatSync } from "node:fs";
import { Screen, type ScreenOptions } from "../screen/screen.ts";
import { formatJson } from "./json.ts";
import type { Input } from "./lineReader.ts";
import type { Stdio } from "./output.ts";
import { Pipe } from "./pipe.ts";
import { formatPlain } from "./plain.ts";
import type { Terminal } from "./terminal.ts";

/** How to open a terminal. */
export interface OpenOptions extends Pick<ScreenOptions, "catalogue" | "history" | "remember"> {
  /** Print lines only, and move no cursor. */
  readonly isPlain?: boolean;
}

/** A `Screen` for a person at a terminal that can move its cursor; a `Pipe` for everything else. */
export function openTerminal(json: boolean, { stdout, stderr }: Stdio, options: OpenOptions = {}): Terminal {
  const { stdin: input, stdout: tty } = process;
  const { isPlain = false, ...screenOptions } = options;
  if (!json && !isPlain && input.isTTY && tty.isTTY && process.env.TERM !== "dumb") {
    return new Screen({ input, tty, output: stdout, ...screenOptions });
  }
  return new Pipe({
    input: standardInput(),
    stdout,
    stderr,
    format: json ? (item) => jsonLine(formatJson(item)) : formatPlain,
  });
}

/** Standard input. A directory is an error here; Node.js would read it as an empty file. */
function standardInput(): Input {
  if (!isDirectory(0)) return process.stdin;
  const next = () => Promise.reject(new Error("it is a directory"));
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

function isDirectory(fd: number): boolean {
  try {
    return fstatSync(fd).isDirectory();
  } catch {
    // The descriptor may still be readable.
    return false;
  }
}

function jsonLine(text: string) {
  return text === "" ? undefined : { text, isStderr: false };
}
