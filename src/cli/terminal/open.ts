import { formatJson } from "./json.ts";
import { Output } from "./output.ts";
import { Pipe } from "./pipe.ts";
import { formatPlain } from "./plain.ts";
import { Screen } from "./screen.ts";
import type { Terminal } from "./terminal.ts";

/** The terminal that fits what the program was started with. */
export function openTerminal(json: boolean): Terminal {
  const { stdin, stdout, stderr } = process;
  if (!json && stdin.isTTY && stdout.isTTY && process.env.TERM !== "dumb") return new Screen(stdin, stdout);
  return new Pipe({
    input: stdin,
    output: new Output(stdout),
    aside: new Output(stderr),
    format: json ? (item) => jsonLine(formatJson(item)) : formatPlain,
  });
}

function jsonLine(text: string) {
  return text === "" ? undefined : { text, aside: false };
}
