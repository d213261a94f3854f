import type { Stdio } from "./output.ts";
import { Pipe } from "./pipe.ts";
import { formatFor } from "./printer.ts";
import { Screen } from "./screen.ts";
import { standardInput } from "./standardInput.ts";
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
  return new Pipe({ input: standardInput(), stdout, stderr, format: formatFor(json) });
}
