import { fstatSync } from "node:fs";
import { formatJson } from "./json.ts";
import type { Input } from "./lineReader.ts";
import type { Stdio } from "./output.ts";
import { Pipe } from "./pipe.ts";
import { formatPlain } from "./plain.ts";
import { Screen } from "./screen.ts";
import type { Terminal } from "./terminal.ts";

/** How the terminal shows items. */
export interface TerminalSettings {
  /** As lines of JSON. */
  readonly json: boolean;
  /** As plain lines, also for a person. */
  readonly plain: boolean;
}

/** A `Screen` for a person at a terminal; a `Pipe` for everything else. */
export function openTerminal({ json, plain }: TerminalSettings, { stdout, stderr }: Stdio): Terminal {
  const { stdin, stdout: tty } = process;
  if (!json && !plain && stdin.isTTY && tty.isTTY && process.env.TERM !== "dumb") return new Screen(stdin, tty, stdout);
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
